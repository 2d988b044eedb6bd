"""The small JSON writer says what json says, in a layout made for diffs."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relionc.emit.json_text import document

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(st.dictionaries(st.text(), VALUES))
def test_json_reads_back_what_was_written(value):
    assert json.loads(document(value)) == value


def test_every_object_of_a_list_has_its_own_line():
    text = document(
        {"ranks": [{"rank": 0, "gpus": [0, 1]}, {"rank": 1, "gpus": []}], "none": [], "empty": {}}
    )
    assert text.splitlines() == [
        "{",
        '  "ranks": [',
        '    {"rank": 0, "gpus": [0, 1]},',
        '    {"rank": 1, "gpus": []}',
        "  ],",
        '  "none": [],',
        '  "empty": {}',
        "}",
    ]


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, b"bytes", {1, 2}])
def test_what_json_cannot_hold_is_refused(value):
    with pytest.raises(ValueError, match="JSON cannot hold"):
        document({"value": value})
