"""The installed RELION, and the newest one where it is unpacked, read STAR files as `starfiles.yaml` says."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from relionc.catalog.starfiles import star_files
from relionc.data.facts import facts

PROGRAM = "relion_star_handler"
UNPACKED = Path(os.environ.get("RELIONC_RELION_5_1") or Path.home() / ".cache" / "relionc-lab" / "relion-5.1")

HEAD = """
# version 30001

data_optics

loop_
_rlnOpticsGroupName #1
_rlnOpticsGroup #2
_rlnVoltage #3
_rlnSphericalAberration #4
_rlnAmplitudeContrast #5
_rlnImagePixelSize #6
_rlnImageSize #7
_rlnImageDimensionality #8
og1 1 300.0 2.7 0.1 1.25 64 2


# version 30001

data_particles

"""
LABELS = ["loop_", "_rlnImageName #1", "_rlnMicrographName #2", "_rlnOpticsGroup #3"]
ROWS = [f"{number:06}@E/m0.mrcs M/m0.mrc 1" for number in range(1, 7)]


def with_row(row):
    return [*LABELS, *ROWS[:3], row, *ROWS[3:]]


def text(lines, head=HEAD, end="\n"):
    return (head + "\n".join(lines) + "\n").replace("\n", end)


CASES = {
    "plain": text(LABELS + ROWS),
    "no end of the last line": text(LABELS + ROWS)[:-1],
    "windows": text(LABELS + ROWS, end="\r\n"),
    "windows, labels only": HEAD + "\r\n".join(LABELS) + "\r\n" + "\n".join(ROWS) + "\n",
    "windows, rows only": text(LABELS) + "\r\n".join(ROWS) + "\r\n",
    "windows, the name of the table": text(
        LABELS + ROWS, head=HEAD.replace("data_particles", "data_particles\r")
    ),
    "comment among labels": text([*LABELS[:2], "# note", *LABELS[2:], "# note", *ROWS]),
    "comment among rows": text(with_row("# note")),
    "indented comment among rows": text(with_row("  # note")),
    "comment behind rows": text([*LABELS, *ROWS, "# note"]),
    "comments that end rows": text([*LABELS, *(f"{row} # note" for row in ROWS)]),
    "comment in a short row": text(with_row("000007@E/m0.mrcs M/m0.mrc # note")),
    "semicolon": text(with_row("; note")),
    "blank among labels": text([*LABELS[:2], "", *LABELS[2:], "", *ROWS]),
    "blank among rows": text(with_row("")),
    "spaces among rows": text(with_row("   ")),
    "tab among rows": text(with_row("\t")),
    "short row": text(with_row("000007@E/m0.mrcs M/m0.mrc")),
    "short last row": text([*LABELS, *ROWS, "000007@E/m0.mrcs"]),
    "long row": text(with_row("000007@E/m0.mrcs M/m0.mrc 1 2")),
    "quoted": text([*LABELS, *(f"'{row.split()[0]}' \"{row.split()[1]}\" 1" for row in ROWS)]),
    "quoted with a space": text(
        with_row('"000007@E/m 0.mrcs" "M/m 0.mrc" 1'), head=HEAD.replace("og1", '"my group"')
    ),
    "quote in a value": text(with_row("000007@E/m'0.mrcs M/m0.mrc 1")),
    "quote in quotes": text(with_row('"000007@E/m"0.mrcs" M/m0.mrc 1')),
    "open quote": text(with_row('"000007@E/m0.mrcs M/m0.mrc 1')),
    "no blank before the next table": text(
        LABELS + ROWS, head=HEAD.replace("\n\n\n# version 30001\n\n", "\n")
    ),
    "two tables of a name": text([*LABELS, *ROWS, "", "data_particles", "", *LABELS, *ROWS, *ROWS]),
    "indented": text(
        [f"  {line}" for line in (*LABELS, *ROWS)], head=HEAD.replace("data_particles", "  data_particles  ")
    ),
    "tabs": text([*LABELS, *("\t" + row.replace(" ", "\t") for row in ROWS)]),
    "a tab behind the name": text(LABELS + ROWS, head=HEAD.replace("data_particles", "data_particles\t")),
    "words behind loop_": text(["loop_  # note", *LABELS[1:], *ROWS]),
    "labels without numbers": text([*(label.partition(" #")[0] for label in LABELS), *ROWS]),
    "names like tables": text(with_row("000007@E/data_x.mrcs M/data_particles 1")),
    "no rows": text(LABELS),
}


def called(version):
    """Return how to call the program of a version."""
    if version == "3.1":
        return [PROGRAM] if shutil.which(PROGRAM) else None
    found = UNPACKED / "usr" / "bin" / PROGRAM
    if not found.exists():
        return None
    (loader, *_) = sorted(UNPACKED.glob("lib64/ld-linux-*"))
    libraries = ":".join(map(str, sorted(UNPACKED.glob("usr/lib/*-linux-gnu"))))
    return [str(loader), "--library-path", libraries, str(found)]


def of_relion(version, path):
    """Return how many particles RELION reads, None where it stops."""
    program = called(version)
    if program is None and os.environ.get("RELIONC_REQUIRE_LAB") != "1":
        pytest.skip(f"RELION {version} is not there")
    out = path.with_name("out.star")
    argv = [*program, "--i", path.name, "--o", out.name, "--select", "rlnOpticsGroup"]
    done = subprocess.run(argv, cwd=path.parent, capture_output=True, timeout=60, check=False)
    return out.read_text().count("@E/") if done.returncode == 0 else None


def of_ours(version, path):
    """Return how many particles we count, None where we say that RELION stops or finds none."""
    found = facts(path.name, str(path.parent))
    does = {star_files().faults[fault.kind]["does"].get(version, "") for fault in found.faults}
    assert all(1 <= fault.line <= path.read_text().count("\n") + 1 for fault in found.faults)
    return (
        found.particles
        if found.particles and does <= {"", "reads the table up to the blank line only"}
        else None
    )


@pytest.mark.oracle
@pytest.mark.parametrize("version", ["3.1", "5.1"])
@pytest.mark.parametrize("name", CASES)
def test_relion_reads_it_as_we_say(tmp_path, name, version):
    path = tmp_path / "p.star"
    path.write_bytes(CASES[name].encode())
    assert of_ours(version, path) == of_relion(version, path)
