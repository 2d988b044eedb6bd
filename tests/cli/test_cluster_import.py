"""`relionc cluster import` and `collect` as a shell runs them."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from relionc.cli import app

DATA = Path(__file__).parents[1] / "data"
SITE = str(DATA / "slurm_sites" / "24.11")
SHARED = str(DATA / "slurm_conf" / "shared")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which the commands run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_two_files_are_written_and_the_questions_listed(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["cluster", "import", SITE, "--no-input"]) == 0
    said = capsys.readouterr().out
    assert "wrote site-imported.yaml: 4 node types, 3 partitions; guesses: memory_flag, scratch, vram" in said
    assert "left out: partition admin, which is hidden (--all takes it)" in said
    assert "4 questions that Slurm cannot answer:" in said
    assert said.endswith("next: relionc cluster show ./site.yaml\n")
    assert app.run(["cluster", "show", "./site.yaml"]) == 0
    assert sorted(os.listdir(here)) == ["site-imported.yaml", "site.yaml"]


def test_nothing_is_written_over_unasked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["cluster", "import", SITE, "--no-input"]) == 0
    text = (here / "site-imported.yaml").read_text()
    (here / "site.yaml").write_text("mine")
    assert app.run(["cluster", "import", SITE, "--no-input"]) == 2
    assert "--update brings it up to date" in capsys.readouterr().err
    assert app.run(["cluster", "import", SITE, "--update"]) == 0
    assert capsys.readouterr().out == "unchanged site-imported.yaml\n"
    assert (here / "site-imported.yaml").read_text() == text
    assert (here / "site.yaml").read_text() == "mine"
    (here / "site-imported.yaml").unlink()
    assert app.run(["cluster", "import", SITE]) == 0
    assert "site.yaml is there already, and stays as it is" in capsys.readouterr().out
    assert (here / "site.yaml").read_text() == "mine"


def test_an_update_shows_what_changes(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(SITE, here / "then")
    assert app.run(["cluster", "import", "then", "--no-input"]) == 0
    partitions = here / "then" / "partition.txt"
    partitions.write_text(partitions.read_text().replace("MaxTime=7-00:00:00", "MaxTime=5-00:00:00"))
    (here / "site-imported.yaml").chmod(0o640)
    capsys.readouterr()
    assert app.run(["cluster", "import", "then", "--update"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")] == [
        "-    max_time: 7-00:00:00",
        "+    max_time: 5-00:00:00",
    ]
    assert (here / "site-imported.yaml").stat().st_mode & 0o777 == 0o640


def test_a_file_that_cannot_be_read_is_not_written_over(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "site-imported.yaml").write_text("profile: [1\n")
    assert app.run(["cluster", "import", SITE, "--update"]) == 1
    said = capsys.readouterr().err
    assert "site-imported.yaml:" in said
    assert "nothing was written over it" in said
    assert (here / "site-imported.yaml").read_text() == "profile: [1\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nowhere"], 2, "cannot read nowhere: No such file or directory"),
        (["/dev/zero"], 2, "cannot read /dev/zero: it is not a regular file"),
        ([SITE, "-o", "site"], 2, "ends in .yaml"),
        ([f"{SITE}/mpi.txt"], 1, "nothing of nodes and partitions is in there"),
        (
            [f"{SITE}/node.txt", f"{SITE}/config.txt", "-o", f"{SITE}/mpi.txt/a.yaml"],
            2,
            "mpi.txt/a-imported.yaml: Not a directory",
        ),
    ],
)
def test_wrong_calls_are_told(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    assert app.run(["cluster", "import", "--no-input", *words]) == code
    assert said in capsys.readouterr().err
    assert os.listdir(here) == []


def test_without_slurm_a_live_import_says_what_else_there_is(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(here))
    for words in (["import"], ["collect", "folder"]):
        assert app.run(["cluster", *words]) == 2
        assert "`scontrol` is not on this machine" in capsys.readouterr().err
    assert os.listdir(here) == []


def test_name_and_date_are_those_of_the_call(here: Path) -> None:
    call = [
        "cluster",
        "import",
        SHARED,
        "--no-input",
        "--name",
        "ours",
        "--date",
        "2026-10-01",
        "-o",
        "new/folder/a.yaml",
    ]
    assert app.run(call) == 0
    text = (here / "new/folder/a-imported.yaml").read_text()
    assert "name: ours\ndate: 2026-10-01\nsource: slurm.conf, gres.conf\n" in text
    assert "extends: a-imported.yaml\nname: ours\n" in (here / "new/folder/a.yaml").read_text()


def test_at_a_terminal_the_questions_are_asked(here: Path) -> None:
    answers = [
        "Open MPI 4.1",
        "module purge; module load relion/4.0.1",
        "no path",
        "/scratch/${SLURM_JOB_ID}",
    ]
    answers += ["40G", "", "my account", "cryo"]
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "relionc", "cluster", "import", SHARED],
        stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "NO_COLOR": "1"},
    ) as running:  # fmt: skip
        os.close(theirs)
        os.write(ours, "".join(f"{line}\n" for line in answers).encode())
        assert running.stdout is not None
        said = running.stdout.read().decode()
        asked = os.read(ours, 100_000).decode()
        assert running.wait(timeout=60) == 0
    os.close(ours)
    assert "Which MPI is RELION linked with?" in asked
    assert "an absolute path without blanks is needed" in asked
    assert "1 question that Slurm cannot answer:\n  1. How much memory has a GPU of the nodes v100l" in said
    text = (here / "site.yaml").read_text()
    assert "\nmpi: Open MPI 4.1\n" in text
    assert "\nmodules:\n  \"*\": ['module purge', 'module load relion/4.0.1']\n" in text
    assert "\n  a100:\n    vram: 40G\n#   v100l:\n" in text
    assert "\ndirectives:\n  account: cryo\n" in text
    assert app.run(["cluster", "show", "./site.yaml"]) == 0
