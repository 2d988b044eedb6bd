"""The page of a diagnostic code: what is wrong, why, a wrong example with what is said of it, and a right one.

A page is Markdown, one file per code (`docs/codes/`); this is how `relionc rule` and SARIF show it. Tests run its
examples.
"""

from __future__ import annotations

import os
import re

from relionc.record import NamedTuple
from relionc.resources import folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = "docs/codes"
_TITLE = re.compile(r"# (RL\d{3}): (.+)\n")
_FENCE = re.compile(r"```\w+(?: (\S+))?")
_FILE = re.compile(r"# file: ([^,]+)(, wrong on purpose)?")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


class Page(NamedTuple):
    """`title` is one sentence, `why` the text before the first example, `markdown` the whole file."""

    code: str
    title: str
    why: str
    markdown: str


def read(code: str) -> Page | None:
    """Return the page of a code; None where there is none."""
    try:
        with open(os.path.join(folder(FOLDER), f"{code}.md"), encoding="utf-8") as file:
            return parse(file.read())
    except FileNotFoundError:
        return None


def parse(text: str) -> Page:
    """Return the page that a file holds; ValueError where it does not begin with `# RLnnn: title`."""
    title = _TITLE.match(text)
    if title is None:
        raise ValueError("a page begins with `# RLnnn: title`")
    why = re.split(r"^(?:## |```)", text[title.end() :], maxsplit=1, flags=re.MULTILINE)[0].strip()
    return Page(title[1], title[2], why, text)


def plain(markdown: str) -> str:
    """Return Markdown for a terminal: blocks are indented and named after their file, links are spelled out."""
    return "\n".join(_plain_lines(markdown.splitlines())) + "\n"


def _plain_lines(lines: list[str]) -> Iterator[str]:
    inside = False
    for line in lines:
        fence = _FENCE.fullmatch(line) if not inside else None
        if fence or (inside and line == "```"):
            inside = fence is not None
            if fence and fence[1]:
                yield f"{fence[1]}:"
        elif inside:
            file = _FILE.fullmatch(line)
            yield f"{file[1]}:" if file else f"    {line}".rstrip()
        else:
            yield _LINK.sub(_spelled_out, line.removeprefix("## ").removeprefix("# "))


def _spelled_out(link: re.Match[str]) -> str:
    return f"{link[1]} <{link[2]}>" if "://" in link[2] else link[1]
