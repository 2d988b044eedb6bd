"""What the pages show, and how it is run.

Convention, for README.md and every page of docs/:

- ```console   each `$ ` line is run in a folder that holds a copy of `specs/`; what stands below it is all that it
               prints, errors too. A line `...` stands for any number of lines. The blocks of a page share the folder.
- ```yaml      with a first line `# file: NAME`: the file is put into that folder. A whole spec (it has `relionc:`)
               must lint without errors, unless that line goes on with `, wrong on purpose`.
               In docs/spec.md every other block is a part of a spec or of a job, and is linted inside one.
- ```KIND NAME the block is put into that folder as it is.
- ```sh        for the reader's own machine; not run.

RELIONC_ACCEPT=1 writes what the commands print now into the pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from relionc.pipeline import Disk, Request, compile_spec

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
CODES = ROOT / "docs" / "codes"
FENCE = re.compile(r"^```(\w+)(?: ([\w./-]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# file: ([\w./-]+)(, wrong on purpose)?$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: what it is, its text, and where its text begins in the page."""

    kind: str
    text: str
    start: int
    line: int
    name: str | None = None

    @property
    def file(self) -> str | None:
        """The name under which the block is saved, if it has one."""
        found = FILE.match(self.text)
        return found[1] if found else self.name

    @property
    def wrong(self) -> bool:
        """Whether the block is meant to show mistakes."""
        found = FILE.match(self.text)
        return bool(found and found[2])

    @property
    def is_spec(self) -> bool:
        """Whether the block is a whole spec."""
        return self.kind == "yaml" and re.search(r"^relionc:", self.text, re.MULTILINE) is not None


@dataclass(frozen=True)
class Step:
    """A command of a console block and what the page says it prints; offsets are those in the page."""

    command: str
    printed: str
    start: int
    end: int
    line: int


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a page."""
    return [
        Block(m[1], m[3], m.start(3), text.count("\n", 0, m.start(3)) + 1, m[2]) for m in FENCE.finditer(text)
    ]


def steps(block: Block) -> list[Step]:
    """Return the commands of a console block."""
    found = list(re.finditer(r"^\$ (.*)\n", block.text, re.MULTILINE))
    ends = [match.start() for match in found[1:]] + [len(block.text)]
    return [
        Step(
            match[1],
            block.text[match.end() : end],
            block.start + match.end(),
            block.start + end,
            block.line + block.text.count("\n", 0, match.start()),
        )
        for match, end in zip(found, ends, strict=True)
    ]


def says(expected: str, printed: str) -> bool:
    """Whether a command printed what the page says; `...` on a line of its own stands for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line) + "\n" for line in expected.splitlines()
    )
    return re.fullmatch(pattern, printed) is not None


def errors(text: str) -> list[str]:
    """Return the errors and warnings of a spec, given as text."""
    disk = Disk(lambda path: (ROOT / path).read_bytes(), lambda *_: None)
    done = compile_spec(Request(path="page.yaml", data=text.encode()), disk)
    return [f"{found.span}: {found.message}" for found in done.diagnostics]
