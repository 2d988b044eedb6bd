"""The table of jobs of a RELION project as text: what one job has in it is put in, all else stays as it is."""

from __future__ import annotations

import re

from relionc.catalog.pipelines import pipelines
from relionc.record import NamedTuple
from relionc.store.paths import StoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from relionc.catalog.pipelines import Style

_CELL = re.compile(r'"[^"]*"|\S+')
_NUMBERED = re.compile(r"^(\w+/[^/]+/)")


class TableLines(NamedTuple):
    """A table of a STAR file: its columns, and its rows with the number of the line of each."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    end: int  # the line behind the last row

    def column(self, name: str) -> list[str]:
        """Return the values of a column; none where there is no such column."""
        place = self.columns.index(f"_{name}") if f"_{name}" in self.columns else None
        return [] if place is None else [cells[place] for _, cells in self.rows if len(cells) > place]


_NONE = TableLines((), (), 0)


def tables(lines: Sequence[str]) -> dict[str, TableLines]:
    """Return the tables with columns, by name."""
    found: dict[str, TableLines] = {}
    index = 0
    while index < len(lines):
        words = lines[index].split()
        index += 1
        if words and words[0].startswith("data_"):
            index, table = _table(lines, index)
            if table.columns:
                found[words[0]] = table
    return found


def _table(lines: Sequence[str], index: int) -> tuple[int, TableLines]:
    """Return the table whose name stands before a line, and the line behind it; no columns for a list."""
    columns: list[str] = []
    rows: list[tuple[int, tuple[str, ...]]] = []
    looped = False
    end = index
    for at in range(index, len(lines)):
        cells = tuple(_CELL.findall(lines[at]))
        if not cells and not rows:
            continue
        if not cells or cells[0].startswith("data_") or (rows and cells[0].startswith(("#", "_"))):
            return at, TableLines(tuple(columns), tuple(rows), end)
        if cells[0] == "loop_":
            looped = True
        elif looped and cells[0].startswith("_"):
            columns.append(cells[0])
            end = at + 1
        elif looped and columns and not cells[0].startswith("#"):
            rows.append((at, cells))
            end = at + 1
    return len(lines), TableLines(tuple(columns), tuple(rows), end)


def names(text: str) -> list[str]:
    """Return the folders of the jobs that a table has."""
    known = pipelines().pipeline["processes"]
    return tables(text.split("\n")).get(f"data_{known['table']}", _NONE).column(known["name"])


def aliases(text: str) -> dict[str, str]:
    """Return the folders of the jobs of a table by their aliases."""
    known = pipelines().pipeline["processes"]
    processes = tables(text.split("\n")).get(f"data_{known['table']}", _NONE)
    both = zip(processes.column(known["alias"]), processes.column(known["name"]), strict=False)
    return {alias: name for alias, name in both if alias != pipelines().no_alias}


def with_job(text: str, job: str, state: str) -> str:
    """Return a table with a job in it, in a state; `job` is the job's own table. Raises StoreError."""
    edit = _Edit(text, job)
    edit.count()
    edit.put_row(state)
    edit.put_nodes()
    edit.put_edges()
    return "\n".join(edit.lines)


class _Edit:
    """A table on its way to have a job in it."""

    def __init__(self, text: str, job: str) -> None:
        self.lines = text.split("\n")
        self._job = tables(job.split("\n"))
        self._names = pipelines().pipeline
        self._job_lines = job.split("\n")
        self._real = aliases(text)
        self._made_by_others = set(names(text))
        (self.name,) = self._of_job("processes").column(self._names["processes"]["name"])[:1] or ("",)

    def _of_job(self, kind: str) -> TableLines:
        return self._job.get(f"data_{self._names[kind]['table']}", _NONE)

    def _now(self, kind: str) -> TableLines:
        return tables(self.lines).get(f"data_{self._names[kind]['table']}", _NONE)

    def count(self) -> None:
        """Let the next number be a higher one than the job's."""
        label = f"_{pipelines().project.general['counter']}"
        needed = _counter(self._job_lines, label)
        for index, line in enumerate(self.lines):
            words = line.split()
            if len(words) == 2 and words[0] == label and words[1].isdecimal() and int(words[1]) < needed:
                self.lines[index] = f"{label:<30} {needed:>15}"

    def put_row(self, state: str) -> None:
        """Put the row of the job in, or give the one that is there its state."""
        known, theirs = self._names["processes"], self._of_job("processes")
        row = dict(zip(theirs.columns, theirs.rows[0][1], strict=True))
        style = next(each for each in pipelines().project.styles if f"_{each.type}" in theirs.columns)
        row[f"_{style.status}"] = word = _word(style, state)
        now = self._now("processes")
        if now.columns and f"_{style.type}" not in now.columns:
            raise StoreError(f"the project is one of another version of RELION than {self.name}")
        for index, cells in now.rows:
            if cells[now.columns.index(f"_{known['name']}")] == self.name:
                changed = list(cells)
                changed[now.columns.index(f"_{style.status}")] = word
                self.lines[index] = _line(changed)
                return
        if row[f"_{known['alias']}"] in now.column(known["alias"]):
            row[f"_{known['alias']}"] = pipelines().no_alias
        self._insert("processes", [row])

    def put_nodes(self) -> None:
        """Put in what the job reads and makes, where it is not there."""
        known, theirs = self._names["nodes"], self._of_job("nodes")
        there = set(self._now("nodes").column(known["name"]))
        rows = []
        for _, cells in theirs.rows:
            row = dict(zip(theirs.columns, cells, strict=True))
            row[f"_{known['name']}"] = name = self._really(cells[theirs.columns.index(f"_{known['name']}")])
            if name not in there:
                there.add(name)
                rows.append(row)
        self._insert("nodes", rows)

    def put_edges(self) -> None:
        """Put in which files are the job's, and, as RELION does, that what it reads of another job is that one's."""
        read, made = self._names["inputs"], self._names["outputs"]
        inputs = [self._really(node) for node in self._of_job("inputs").column(read["node"])]
        outputs = [(self.name, node) for node in self._of_job("outputs").column(made["node"])]
        owned = set(self._now("outputs").column(made["node"]))
        for node in inputs:
            found = _NUMBERED.match(node)
            if found and found[1] in self._made_by_others and node not in owned:
                outputs.append((found[1], node))
        self._put_pairs("inputs", "node", "process", [(node, self.name) for node in inputs])
        self._put_pairs("outputs", "process", "node", outputs)

    def _put_pairs(self, kind: str, first: str, second: str, pairs: Iterable[tuple[str, str]]) -> None:
        left, right = (self._names[kind][each] for each in (first, second))
        now = self._now(kind)
        there = set(zip(now.column(left), now.column(right), strict=True))
        new = dict.fromkeys(pair for pair in pairs if pair not in there)
        self._insert(kind, [{f"_{left}": one, f"_{right}": other} for one, other in new])

    def _really(self, path: str) -> str:
        """Return a path with the folder of its job in place of an alias, as RELION has it."""
        found = _NUMBERED.match(path)
        if found and found[1] in self._real:
            return self._real[found[1]] + path[found.end() :]
        return path

    def _insert(self, kind: str, rows: Sequence[Mapping[str, str]]) -> None:
        """Add rows to a table; one that is not there is made."""
        if not rows:
            return
        table = self._now(kind)
        if not table.columns:
            self.lines += self._empty(kind, list(rows[0]))
            table = self._now(kind)
        more = [each.more for each in pipelines().project.styles]
        others = {f"_{name}": value for columns in more for name, value in columns.items()}
        default = [others.get(column, pipelines().no_alias) for column in table.columns]
        new = [
            _line([row.get(column, value) for column, value in zip(table.columns, default, strict=True)])
            for row in rows
        ]
        self.lines[table.end : table.end] = new

    def _empty(self, kind: str, columns: Sequence[str]) -> list[str]:
        version = pipelines().project.version
        head = ["", f"# version {version}", "", f"data_{self._names[kind]['table']}", "", "loop_ "]
        return [*head, *(f"{name} #{number} " for number, name in enumerate(columns, 1)), " ", ""]


def _word(style: Style, state: str) -> str:
    return str(getattr(style, state))


def _counter(lines: Iterable[str], label: str) -> int:
    return next(_counts(lines, label), 0)


def _counts(lines: Iterable[str], label: str) -> Iterator[int]:
    for line in lines:
        words = line.split()
        if len(words) == 2 and words[0] == label and words[1].isdecimal():
            yield int(words[1])


def _line(cells: Sequence[str]) -> str:
    return " ".join(f"{cell:>10}" for cell in cells) + " "
