"""The files of a project folder, as far as RELION itself looks at them before it makes a command."""

from __future__ import annotations

import os

from relionc.data.skim import OPENED, Skim, TooMuch
from relionc.data.star import Lines, tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.data.star import StarTable


class Project:
    """Answers about the files below a folder; every path is relative to it. What cannot be read is not there.

    Answers that would take too much work raise TooMuch: RELION's command depends on them.
    """

    def __init__(self, folder: str = "") -> None:
        self.folder = folder
        self._skim = Skim()

    def exists(self, path: str) -> bool:
        """Return whether there is such a file."""
        return bool(path) and os.path.exists(os.path.join(self.folder, path))

    def rows(self, path: str) -> int:
        """Return how many rows the first table of a STAR file has; 0 where there is none."""
        return next((table.rows for table in self._tables(path)), 0)

    def value(self, path: str, table: str, column: str) -> str:
        """Return a value of the first row of a table of a STAR file, or nothing."""
        for each in self._tables(path):
            if each.name == table and (value := each.value(column)):
                return value
        return ""

    def matching(self, pattern: str, without: str) -> tuple[str, ...]:
        """Return, in order, the files that match a shell's pattern and do not have `without` in their path."""
        from glob import iglob

        found = []
        for path in iglob(pattern, root_dir=self.folder or None):
            self._skim.spend(OPENED)
            found.append(path)
        return tuple(sorted(path for path in found if without not in path))

    def _tables(self, path: str) -> Iterator[StarTable]:
        try:
            with self._skim.open(os.path.join(self.folder, path)) as stream:
                for table in tables(Lines(stream, self._skim)):
                    if table.cut:
                        raise TooMuch
                    yield table
        except (OSError, ValueError):  # a name may come from a file, and hold anything
            return
