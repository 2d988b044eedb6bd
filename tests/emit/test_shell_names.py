"""References are checked once more where they are written."""

from __future__ import annotations

import pytest

from relionc.emit import shell
from relionc.ir import ShellRef


@pytest.mark.parametrize("name", ["", "1A", "A-B", "A}", "A}$(id)${B", "A\n", "É"])
def test_a_reference_with_another_name_is_never_written(name: str) -> None:
    for word in ([ShellRef(name)], ["a b", ShellRef(name)]):
        with pytest.raises(ValueError, match="no name of a shell variable"):
            shell.word(tuple(word))
