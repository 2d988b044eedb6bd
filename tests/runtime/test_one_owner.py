"""Two jobs never own one folder, however they race. RELIONC_SOAK=1 races a thousand times, a usual run fifty."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from guarded import BASH, GUARD, HEAD, call, program

if TYPE_CHECKING:
    from pathlib import Path

RACES = 1000 if os.environ.get("RELIONC_SOAK") else 50
RACERS = 6
# Each waits for the start, tries, and says who it is if it has the folder; then it looks whether it still has.
TRY = 'until [[ -e go ]]; do :; done; if relionc_lock; then echo "$rc_job"; sleep 0.1; relionc_owned || echo lost; fi'
ALIVE = """
case "$*" in
  *"-j 99 "*) echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1 ;;
  *) echo RUNNING ;;
esac
"""


def race(folder: Path) -> list[str]:
    racers = [
        subprocess.Popen(
            [BASH, "-c", HEAD.format(guard=GUARD) + TRY],
            cwd=folder,
            env={"PATH": f"{folder}/bin:{os.environ['PATH']}", "JOB": str(number)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(1, RACERS + 1)
    ]
    (folder / "go").touch()
    return [word for racer in racers for word in racer.communicate(timeout=60)[0].split()]


@pytest.mark.timeout(0 if os.environ.get("RELIONC_SOAK") else 300)
def test_of_all_who_race_for_a_folder_one_has_it(tmp_path: Path) -> None:
    """Half of the races are for the lock of a job that is gone."""
    for number in range(RACES):
        folder = tmp_path / str(number)
        folder.mkdir()
        program(folder, "squeue", ALIVE)
        if number % 2:
            dead = call("relionc_lock; echo $rc_locked", folder, JOB="99")
            assert dead.stdout == "1\n"
        winners = race(folder)
        assert len(winners) == 1, (number, winners)
        assert (folder / "Run/job/relionc/lock/owner").read_text() == f"{winners[0]}\n"


def test_the_next_start_of_a_job_takes_its_folder_and_the_last_one_sees_it(tmp_path: Path) -> None:
    program(tmp_path, "squeue", ALIVE)
    script = "relionc_lock && echo first; RESTART=1 bash -c '{}'; relionc_owned || echo lost"
    again = (HEAD.format(guard=GUARD) + "relionc_lock && echo second").replace("'", "'\\''")
    done = call(script.format(again), tmp_path, JOB="5")
    assert done.stdout.split() == ["first", "second", "lost"]


def test_nobody_is_gone_while_slurm_does_not_answer(tmp_path: Path) -> None:
    program(
        tmp_path, "squeue", 'echo "slurm_load_jobs error: Unable to contact slurm controller" >&2; exit 1'
    )
    assert call("relionc_lock; echo $?", tmp_path, JOB="5").stdout == "0\n"
    assert call("relionc_lock; echo $? $rc_owner", tmp_path, JOB="6").stdout == "1 5\n"


def test_without_a_queue_the_process_tells(tmp_path: Path) -> None:
    assert call("relionc_lock; echo $?", tmp_path, JOB="local-1").stdout == "0\n"
    assert call("relionc_lock; echo $?", tmp_path, JOB="local-2").stdout == "0\n"  # the first has ended
    script = "relionc_lock; JOB=local-4 bash -c '{}'"
    again = (HEAD.format(guard=GUARD) + "relionc_lock; echo $? $rc_owner").replace("'", "'\\''")
    assert call(script.format(again), tmp_path, JOB="local-3").stdout == "1 local-3\n"


def test_a_lock_is_given_back(tmp_path: Path) -> None:
    assert call("relionc_lock; relionc_unlock; ls Run/job/relionc", tmp_path).stdout == ""
