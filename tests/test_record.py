"""Records are named tuples in all that the rest of the project uses of them."""

from __future__ import annotations

import pickle
from typing import Any
from typing import NamedTuple as Usual

import pytest

from relionc.record import NamedTuple


class Place(NamedTuple):
    """A place in a file."""

    path: str
    line: int = 1
    column: int = 2

    @property
    def row(self) -> int:
        """The line, from 0."""
        return self.line - 1


class UsualPlace(Usual):
    path: str
    line: int = 1
    column: int = 2


@pytest.mark.parametrize(
    "make",
    [
        lambda cls: cls("a"),
        lambda cls: cls("a", column=3),
        lambda cls: cls._make(("a", 5, 6)),
        lambda cls: cls("a")._replace(line=7),
        lambda cls: cls(*cls("a", 8)),
    ],
)
def test_a_record_is_what_a_named_tuple_is(make: Any) -> None:
    ours, usual = make(Place), make(UsualPlace)
    assert ours == usual
    assert repr(ours) == repr(usual).removeprefix("Usual")
    assert ours._asdict() == usual._asdict()
    assert (ours.path, ours.line, ours.column) == tuple(usual)
    assert (Place._fields, Place._field_defaults) == (UsualPlace._fields, UsualPlace._field_defaults)
    assert Place.__match_args__ == UsualPlace.__match_args__


@pytest.mark.parametrize(
    "make",
    [
        lambda cls: cls(),
        lambda cls: cls("a", 1, 2, 3),
        lambda cls: cls("a", row=1),
        lambda cls: cls._make(("a",)),
        lambda cls: cls("a")._replace(row=1),
    ],
)
def test_a_record_refuses_what_a_named_tuple_refuses(make: Any) -> None:
    with pytest.raises((TypeError, ValueError)) as usual:
        make(UsualPlace)
    with pytest.raises(usual.type):
        make(Place)


def test_a_record_keeps_its_words_and_cannot_be_changed() -> None:
    place = Place("a", 4)
    assert place.row == 3
    assert Place.__doc__ == "A place in a file."
    assert pickle.loads(pickle.dumps(place)) == place
    with pytest.raises(AttributeError):
        place.line = 5  # type: ignore[misc]
    with pytest.raises(AttributeError):
        place.other = 5  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match=r"Place.__new__\(\) missing 1 required positional argument: 'path'"):
        Place()  # type: ignore[call-arg]
