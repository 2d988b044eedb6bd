"""`relionc cluster check` and `diff`: what of a profile is in doubt, what Slurm or another one says otherwise."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from relionc import site
from relionc.cli import app
from relionc.site.types import Source
from relionc.survey.trust import doubts

SITE = Path(__file__).parents[1] / "data" / "slurm_sites" / "24.11"
SBATCH = """#!/bin/sh
cat > "$PWD/asked.$$"
if ! grep -q partition=gpu "$PWD/asked.$$"; then
    printf "%s " "sbatch: Job 7 to start at 2026-11-30T12:00:00 using 4 processors on nodes n1" >&2
    echo "in partition batch" >&2
    exit 0
fi
echo "sbatch: error: {refusal}" >&2
exit 1
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return a folder with an imported profile, in which the commands run; `then` has the texts."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SITE, tmp_path / "then")
    assert app.run(["cluster", "import", "then", "--no-input"]) == 0
    capsys.readouterr()
    return tmp_path


def _change(here: Path, file: str, *changes: tuple[str, str]) -> None:
    path = here / "then" / file
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def _rows(text: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.split("  ") if cell.strip()]
        for line in text.splitlines()
        if "  " in line
    ]


def test_guesses_and_open_questions_of_an_import_are_told(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["cluster", "check", "./site.yaml"]) == 0
    told = {(row[0], row[1]) for row in _rows(capsys.readouterr().out)}
    assert {
        ("memory_flag", "not checked"),
        ("launchers.batch", "not checked"),
        ("mpi", "not said"),
        ("scratch", "not said"),
        ("require", "not said"),
    } <= told


def test_what_is_old_or_over_is_told() -> None:
    cluster = site.builtin("biowulf")
    a100 = cluster.node_types["a100"]._replace(until="2027-01")
    cluster = cluster._replace(node_types={**cluster.node_types, "a100": a100})

    def why(today: str, path: str) -> set[str]:
        return {each.why for each in doubts(cluster, today) if each.path == path}

    assert why("2027-01-31", "node_types.a100") == set()
    assert why("2027-02-01", "node_types.a100") == {"over"}
    dated = cluster._replace(sources={"policy": Source("a page", "2025-03")}, date="2026-09")
    old = [(each.path, each.known) for each in doubts(dated, "2026-11-30") if each.why == "old"]
    assert old == [("policy", "of 2025-03")]
    assert not [each for each in doubts(dated, "2026-03-01") if each.why == "old"]


def test_slurm_that_says_the_same_differs_in_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["cluster", "check", "./site.yaml", "--from", "then"]) == 0
    assert "\nSlurm says nothing else\n" in capsys.readouterr().out


def test_what_slurm_says_otherwise_is_a_table_with_what_it_means(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _change(
        here,
        "partition.txt",
        ("MaxTime=7-00:00:00", "MaxTime=5-00:00:00"),
        ("PartitionName=whole", "PartitionName=complete"),
    )
    _change(here, "node.txt", ("Gres=gpu:a100:4", "Gres=gpu:a100:8"))
    assert app.run(["cluster", "check", "./site.yaml", "--from", "then"]) == 1
    rows = _rows(capsys.readouterr().out)
    refused = "jobs that are planned with it may be refused"
    assert ["partitions.batch.max_time", "7-00:00:00", "5-00:00:00", refused] in rows
    assert ["node_types.a100.gpus", "4", "8", "jobs could have more"] in rows
    assert ["partitions.whole", "there", "-", "Slurm has no such partition"] in rows
    assert ["partitions.complete", "-", "there", "the profile has no such partition"] in rows
    assert refused not in rows[-1]  # what jobs are refused for comes first


def test_names_that_a_person_gave_to_nodes_are_known_again(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = here / "site-imported.yaml"
    path.write_text(path.read_text().replace("a100:\n", "big:\n").replace("[a100,", "[big,"))
    assert "\n  big:\n" in path.read_text()
    assert app.run(["cluster", "check", "./site.yaml", "--from", "then"]) in (0, 1)
    said = capsys.readouterr().out
    assert "Slurm has no such kind of nodes" not in said
    assert "the profile has no such kind of nodes" not in said


def test_less_memory_than_slurm_has_is_kept_back(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "site.yaml").write_text(
        "profile: 1\nextends: site-imported.yaml\nname: x\nnode_types: {a100: {memory: 495000M}}\n"
    )
    assert app.run(["cluster", "check", "./site.yaml", "--from", "then"]) == 0
    assert "Slurm says nothing else" in capsys.readouterr().out


def test_a_job_of_each_kind_is_asked_about(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = here / "bin"
    programs.mkdir()
    texts = {"show node": "node", "show partition": "partition", "show config": "config"}
    cases = "".join(f'*"{words}"*) cat "{here}/then/{file}.txt";;' for words, file in texts.items())
    (programs / "scontrol").write_text(f'#!/bin/sh\ncase "$*" in {cases} esac\n')
    (programs / "sbatch").write_text(SBATCH.format(refusal="Batch job submission failed: Invalid qos"))
    for program in programs.iterdir():
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    assert app.run(["cluster", "check", "./site.yaml", "--live", "--account", "cryo"]) == 1
    rows = _rows(capsys.readouterr().out)
    said = {(row[0], row[1]): row[3] for row in rows if len(row) == 4}
    assert "would take it" in said["ranks on CPUs", "batch"]
    assert "would take it" in said["one process", "batch"]
    assert said["a leader and workers on GPUs", "gpu"].startswith("refuses: ")
    assert "Invalid qos" in said["two nodes with GPUs", "gpu"]
    assert all("--account=cryo" in script.read_text() for script in here.glob("asked.*"))
    assert len(list(here.glob("asked.*"))) == len(
        [row for row in rows if "would take" in row[-1] or "refuses" in row[-1]]
    )


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (
            ["check", "biowolf"],
            2,
            "there is no profile biowolf (No such file or directory); did you mean biowulf?",
        ),
        (["check", "local", "--live"], 2, "local has no Slurm to compare with"),
        (["check", "lab", "--from", "nowhere"], 2, "cannot read nowhere"),
        (["check", "lab", "--from", "site.yaml"], 1, "nothing of nodes and partitions is in there"),
        (["check", "lab", "--on", "2026-13-01"], 2, "2026-13-01 is not a day as 2026-11-30"),
        (["diff", "lab", "nowhere"], 2, "there is no profile nowhere"),
        (["check", "./bad.yaml"], 1, "error[RL021]: a cluster profile has no `launchers`"),
    ],
)
def test_wrong_calls_are_told(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    (here / "bad.yaml").write_text("profile: 1\nname: bad\nscheduler: slurm\n")
    assert app.run(["cluster", *words]) == code
    assert said in capsys.readouterr().err


def test_two_profiles_are_compared_fact_by_fact(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["cluster", "diff", "./site.yaml", "./site-imported.yaml"]) == 0
    assert capsys.readouterr().out == "no fact differs\n"
    assert app.run(["cluster", "diff", "biowulf-2018", "biowulf"]) == 0
    rows = _rows(capsys.readouterr().out)
    assert ["node_types.k80", "there", "-"] in rows
    assert ["policy.gpu_threads", "2", "4"] in rows
    assert ["node_types.p100.memory", "120G", "117G"] in rows


def test_a_partition_that_nobody_names_need_not_be_there(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "site.yaml").write_text(
        "profile: 1\nextends: site-imported.yaml\nname: x\n"
        "partitions: {routed: {node_types: [a100], named: false, max_time: 1-00:00:00}}\n"
    )
    assert app.run(["cluster", "check", "./site.yaml", "--from", "then"]) == 0
    assert "Slurm says nothing else" in capsys.readouterr().out


def test_limits_that_nobody_told_of_are_no_difference(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "then" / "partition.txt").unlink()
    assert app.run(["cluster", "check", "./site.yaml", "--from", "then/node.txt"]) == 0
    said = capsys.readouterr().out
    assert "max_time" not in said
    assert "limits of partitions are not known" in said
