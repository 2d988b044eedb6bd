"""What specs of a call have in common is found once, and a spec leaves nothing behind when it has been looked at."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relionc.cli.build import BuildCall, Linter
from relionc.pipeline import profile

if TYPE_CHECKING:
    from relionc.pipeline import Disk

ROOT = Path(__file__).resolve().parents[2]
SPEC = (ROOT / "specs" / "biowulf-2018" / "class3d-ribosome.yaml").read_text("utf-8")
BASE = "profile: 1\nname: base\nextends: biowulf-2018\n"
OURS = "profile: 1\nname: ours\nextends: ./base.yaml\nenvironment: {A: b}\n"
BAD = "profile: 1\nname: bad\nextends: ./base.yaml\nslurms: 1\n"


def linter() -> Linter:
    return Linter(BuildCall(specs=(), cluster=None, format="text", untrusted=False))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in (("base", BASE), ("ours", OURS), ("bad", BAD)):
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def of_profile(name: str, number: int) -> bytes:
    """Return a spec that differs from others in more than a name."""
    text = SPEC.replace("cluster: biowulf-2018", f"cluster: ./{name}.yaml")
    return text.replace("nr_classes: 6", f"nr_classes: {number}").encode()


def depends_on(disk: Disk) -> tuple[object, ...]:
    return dict(disk.files), dict.fromkeys(disk.looked_at), dict.fromkeys(disk.listed)


@pytest.mark.parametrize("name", ["ours", "bad"])
def test_a_profile_of_many_specs_is_read_once_and_told_with_each(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    own = profile._own_profile
    monkeypatch.setattr(profile, "_own_profile", lambda path, *rest: read.append(path) or own(path, *rest))
    of_many = linter()
    together = [of_many.verdict(f"{number}.yaml", of_profile(name, number)) for number in range(2, 8)]
    assert len(read) == 2  # a lint of one spec remembers nothing
    alone = [linter().verdict(f"{number}.yaml", of_profile(name, number)) for number in range(2, 8)]
    for (among, seen), (by_itself, seen_alone) in zip(together, alone, strict=True):
        assert among.packed == by_itself.packed != b""
        assert depends_on(seen) == depends_on(seen_alone)
        read_of_many = {(folder / path).resolve().name for path in seen.files}
        assert read_of_many >= ({"ours.yaml", "base.yaml"} if name == "ours" else {"bad.yaml"})


def test_a_spec_that_has_been_looked_at_is_gone_without_the_collector() -> None:
    many = linter()
    for number in range(2, 6):
        many.verdict("x.yaml", SPEC.replace("nr_classes: 6", f"nr_classes: {number}").encode())
    gc.collect()
    gc.disable()
    try:
        for number in range(6, 26):
            many.verdict("x.yaml", SPEC.replace("nr_classes: 6", f"nr_classes: {number}").encode())
        assert gc.collect() < 20
    finally:
        gc.enable()
