"""`relionc build SPEC… [-o DIR]` without the weight of an option parser: the call people make all day.

Any other option is left to `relionc.cli.app`. A build of which nothing has changed ends here too.
"""

from __future__ import annotations

import sys


def build(argv: list[str]) -> int | None:
    """Run a plain `build` call; None when it is not one."""
    parsed = _plain(argv)
    if parsed is None:
        return None
    specs, out = parsed
    from relionc.cli.remember import recall

    said = [recall(spec, out) for spec in specs]
    if all(text is not None for text in said):
        sys.stdout.write("".join(text for text in said if text))
        return 0
    from relionc.cli.build import BuildCall, run

    return run(BuildCall(specs=tuple(specs), out=out))


def _plain(argv: list[str]) -> tuple[list[str], str] | None:
    if argv[:1] != ["build"]:
        return None
    specs: list[str] = []
    out = "build"
    rest = iter(argv[1:])
    for word in rest:
        if word in ("-o", "--output"):
            given = next(rest, None)
            if given is None or given.startswith("-"):
                return None
            out = given
        elif word.startswith("-"):
            return None
        else:
            specs.append(word)
    return (specs, out) if specs else None
