"""Shell references inside strings.

A value such as `/lscratch/${{ env.SLURM_JOB_ID }}` must stay a reference in the script and yet be a plain
string everywhere in between (conditions, path functions, concatenation). It is carried in-band between two
control characters, which `spec` refuses in user text, so the encoding is unambiguous.
"""

from __future__ import annotations

OPEN, CLOSE = "\x01", "\x02"


def encode(name: str) -> str:
    """Return the in-band form of a reference to the shell variable `name`."""
    return f"{OPEN}{name}{CLOSE}"


def split(text: str) -> list[tuple[str, str]]:
    """Split into `("text", literal)` and `("ref", name)` parts, in order; empty literals are left out."""
    parts: list[tuple[str, str]] = []
    rest = text
    while rest:
        literal, opened, rest = rest.partition(OPEN)
        if literal:
            parts.append(("text", literal))
        if opened:
            name, _, rest = rest.partition(CLOSE)
            parts.append(("ref", name))
    return parts


def show(text: str) -> str:
    """Return `text` with each reference written as `${NAME}`, for people and for RELION's own job files."""
    if OPEN not in text:
        return text
    return "".join(part if kind == "text" else f"${{{part}}}" for kind, part in split(text))
