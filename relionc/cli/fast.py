"""`build SPEC… [-o DIR]`, `lint PATH…` and `commands FILE…` without the weight of an option parser.

These are the calls that people and scripts make all day. Any other option is left to `relionc.cli.app`. A build of
which nothing has changed ends here too.
"""

from __future__ import annotations

import sys


def run(argv: list[str]) -> int | None:
    """Run a plain call of `build`, `lint` or `commands`; None when it is not one."""
    if argv[:1] == ["build"]:
        return _build(argv[1:])
    if argv[:1] == ["commands"]:
        return _commands(argv[1:])
    paths = argv[1:]
    if argv[:1] != ["lint"] or not paths or any(path.startswith("-") for path in paths):
        return None
    from relionc.cli.lint import run as lint

    return lint(paths, cluster=None, format="text")


def _build(words: list[str]) -> int | None:
    parsed = _specs_and_folder(words)
    if parsed is None:
        return None
    specs, out = parsed
    from relionc.cli.remember import recall, said_again

    said = [recall(spec, out) for spec in specs]
    if all(text is not None for text in said):
        again = [said_again(text) for text in said if text]
        sys.stderr.write("".join(notes for notes, _ in again))
        sys.stdout.write("".join(summary for _, summary in again))
        return 0
    from relionc.cli.build import BuildCall
    from relionc.cli.build import run as build

    return build(BuildCall(specs=tuple(specs), out=out))


def _specs_and_folder(words: list[str]) -> tuple[list[str], str] | None:
    specs: list[str] = []
    out = "build"
    rest = iter(words)
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


def _commands(words: list[str]) -> int | None:
    """Answer for job files; a call in which anything is missing or odd is not for here."""
    given = {"--job-number": "1", "--format": "text", "--relion": ""}
    files: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in given:
            given[word] = next(rest, "")
        elif word.startswith("-"):
            return None
        else:
            files.append(word)
    number, form = given["--job-number"], given["--format"]
    good = number.isdecimal() and len(number) < 10 and int(number) > 0 and form in ("text", "json")
    if not (good and files and given["--relion"]):
        return None
    from relionc.cli.commands import run as commands

    return commands(files, relion=given["--relion"], job_number=int(number), format=form)
