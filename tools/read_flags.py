"""Read the flags of RELION's programs from what they print themselves, and write them into the catalogue's data.

python tools/read_flags.py 3.1=/ 5.1=FOLDER     the programs below these folders, `usr/bin` in each

Writes `programs` of relionc/catalog/data/programs.yaml again; the rest of it, and other versions, stay as they are.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from textwrap import TextWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "relionc" / "catalog" / "data" / "programs.yaml"
Flags = dict[str, "str | bool | None"]
_LINE = re.compile(r" *(-{2,}\S+)(?: \((.*)\))? : ")
# Without this one the program stops before it prints them.
_NEEDS = {"relion_run_motioncorr": ("--use_own",), "relion_run_motioncorr_mpi": ("--use_own",)}
NOT_A_FLAG = ("--version",)
KEPT = "\0"  # a blank at which no line is broken
WRAP = TextWrapper(
    width=120,
    initial_indent="    ",
    subsequent_indent="      ",
    break_long_words=False,
    break_on_hyphens=False,
)


def parsed(text: str) -> Flags:
    """Return flag → default of a program's help: False for a switch, None where a value must be given."""
    found: Flags = {}
    for line in text.splitlines():
        if (match := _LINE.match(line)) and match[1] not in NOT_A_FLAG:
            found[match[1]] = False if match[2] == "false" else match[2]
    return found


def asked(command: Sequence[str], program: str) -> Flags:
    """Return the flags that a program prints; `command` is how to call it."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [*command, *_NEEDS.get(program, ()), "--help"],
            cwd=folder,
            env={**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    return parsed(done.stdout)


def call(root: Path, program: str) -> list[str]:
    """Return how to call a program below a folder: with the libraries there, if it brings its own."""
    found = str(root / "usr" / "bin" / program)
    loaders = [] if root == Path("/") else sorted(root.glob("lib64/ld-linux-*"))
    libraries = ":".join(
        map(str, [*root.glob("usr/lib/*-linux-gnu"), *root.glob("usr/lib/*-linux-gnu/openmpi/lib")])
    )
    return [str(loaders[0]), "--library-path", libraries, found] if loaders else [found]


def programs(version: str) -> list[str]:
    """Return the programs of RELION that the commands of a version call, serial; those in Python print another help."""
    from relionc import catalog

    texts = (repr(catalog.load(each, version).program) for each in catalog.types(version))
    names = {name for text in texts for name in re.findall(r"\brelion_[a-z_]+", text)}
    return sorted({name.removesuffix("_mpi") for name in names if "_python_" not in name})


def flags_of(root: Path, names: Sequence[str]) -> dict[str, Flags]:
    """Return program → flags. One that runs under MPI has only those that it takes on top of the serial one's."""
    found = {}
    for name in names:
        if not (root / "usr" / "bin" / name).exists():
            continue
        found[name] = asked(call(root, name), name)
        if (root / "usr" / "bin" / f"{name}_mpi").exists():
            parallel = asked(call(root, f"{name}_mpi"), f"{name}_mpi")
            more = {flag: default for flag, default in parallel.items() if flag not in found[name]}
            found.update({f"{name}_mpi": more} if more else {})
    return {name: flags for name, flags in found.items() if flags}


def written() -> dict[str, dict[str, Flags]]:
    """Return version → program → flags as the data has them now."""
    from relionc.catalog.compiler import read_data

    found: dict[str, dict[str, Flags]] = {}
    for program, tables in read_data(str(DATA.parent))[DATA.stem]["programs"].items():
        for versions, flags in tables.items():
            for version in versions.split():
                found.setdefault(version, {}).setdefault(program, {}).update(flags)
    return found


def by_versions(found: Mapping[str, Flags]) -> dict[str, Flags]:
    """Return versions → flags that are the same in all of them, from version → flags."""
    table: dict[str, Flags] = {}
    for flag in sorted({flag for flags in found.values() for flag in flags}):
        for default in {json.dumps(flags[flag]) for flags in found.values() if flag in flags}:
            having = [v for v, flags in found.items() if flag in flags and json.dumps(flags[flag]) == default]
            table.setdefault(" ".join(having), {})[flag] = json.loads(default)
    return dict(sorted(table.items(), key=lambda each: (-len(each[0]), each[0])))


def text(found: Mapping[str, Mapping[str, Flags]], head: str) -> str:
    """Return the YAML of version → program → flags, behind what stands before the programs."""
    return head + "\n".join(["programs:", *_lines(dict(sorted(found.items())))]) + "\n"


def _lines(found: Mapping[str, Mapping[str, Flags]]) -> Iterator[str]:
    for name in sorted({name for table in found.values() for name in table}):
        yield f"  {name}:"
        for versions, flags in by_versions({v: t[name] for v, t in found.items() if name in t}).items():
            pairs = (f"{flag}: {json.dumps(default)}".replace(" ", KEPT) for flag, default in flags.items())
            yield WRAP.fill(f'"{versions}":{KEPT}{{{", ".join(pairs)}}}').replace(KEPT, " ")


def main(arguments: list[str]) -> int:
    if not arguments or any("=" not in each for each in arguments):
        sys.exit(__doc__)
    roots = {version: Path(root) for version, _, root in (each.partition("=") for each in arguments)}
    found = written() | {version: flags_of(root, programs(version)) for version, root in roots.items()}
    head = DATA.read_text("utf-8").partition("programs:\n")[0]
    DATA.write_text(text(found, head), "utf-8")
    for version, table in found.items():
        print(f"RELION {version}: {len(table)} programs, {sum(map(len, table.values()))} flags")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
