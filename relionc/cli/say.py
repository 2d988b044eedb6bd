"""Everything that the commands print goes through here, so that nothing printed does anything.

Texts of strangers are in all of it: names of files, old artifacts, values. Diagnostics are made harmless by their
renderers, which know what is a colour of our own; all else here.
"""

from __future__ import annotations

import sys

from relionc.cli.options import CallError

_UP = "\x1b[{}A\x1b[J"


def result(text: str) -> None:
    """Print a result for people to stdout."""
    sys.stdout.write(harmless(text))


def result_again(text: str, *, lines: int) -> None:
    """Print a result in the place of the last one, which took so many lines of a terminal."""
    sys.stdout.write(_UP.format(lines))
    result(text)


def json(text: str) -> None:
    """Print JSON to stdout, with the same values."""
    from relionc.diag.clean import harmless_json

    sys.stdout.write(harmless_json(text))


def exact(content: bytes, *, instead: str) -> None:
    """Print a file that another program reads, byte for byte; raise CallError if that could do anything here.

    `instead` tells how else to get it.
    """
    text = content.decode("utf-8", "surrogateescape")
    if not (_is_plain(text) or _is_harmless(text)):
        raise CallError(f"not printed: a terminal or a CI service would obey what stands in it; {instead}")
    sys.stdout.flush()
    sys.stdout.buffer.write(content)


def diagnostics(text: str) -> None:
    """Print what a renderer of diagnostics made to stderr."""
    sys.stderr.write(text)


def trouble(error: object) -> None:
    """Print why a call fails to stderr; further lines of the text are set in, so that they stay its own."""
    first, *more = str(error).split("\n")
    lines = [f"relionc: {first}", *(f"  {line.lstrip()}" for line in more)]
    sys.stderr.write(harmless("\n".join(lines)) + "\n")


def on_one_line(text: str) -> str:
    """Return a text that may hold anything as it may be printed as a part of a line."""
    if _is_plain(text) and "\n" not in text:
        return text
    from relionc.diag.clean import harmless_on_one_line

    return harmless_on_one_line(text)


def harmless(text: str) -> str:
    """Return a result for people as it is printed: to keep it, and print it later."""
    if _is_plain(text):
        return text
    from relionc.diag.clean import harmless as cleaned

    return cleaned(text)


def _is_plain(text: str) -> bool:
    return "::" not in text and "##" not in text and text.replace("\n", "").isprintable()


def _is_harmless(text: str) -> bool:
    from relionc.diag.clean import is_harmless

    return is_harmless(text)
