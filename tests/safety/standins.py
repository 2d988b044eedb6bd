"""Runs a job's script with its guard for real, with stand-ins for launchers and for what RELION would run.

A stand-in notes its words when a step of the job calls it, which is when its standard error is the job's run.err, and
leaves what RELION leaves. The guard's own calls of the same names go to the real programs; launchers answer it as if
they had started every rank on its node.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from relionc.pipeline import Compiled

CANARY = "canary"
END = "end of one call"
LAUNCHERS = ("mpirun", "srun", "timeout")
_SCRIPT = re.compile(r"(?:.*/)?run\.(?:sh|sbatch)")

# Not the scratch folder: a stranger's text may name one outside of the test's folder, and the look would make it.
_PROGRAM = f"""#!/bin/bash
last=${{!#}} name=${{0##*/}}
ranks() {{
  local rank=0 host
  last=${{last%; sleep 0.2}}  # which ranks do side by side
  if [[ -s ${{RELIONC_OUTPUT}}/relionc/hostfile ]]; then
    while IFS= read -r host; do
      SLURM_PROCID=${{rank}} SLURMD_NODENAME=${{host%%[ :]*}} bash -c "${{last}}"
      rank=$((rank + 1))
    done <"${{RELIONC_OUTPUT}}/relionc/hostfile"
  else
    for ((; rank < RANKS; rank++)); do SLURM_PROCID=${{rank}} bash -c "${{last}}"; done
  fi
}}
if [[ $(readlink "/proc/$$/fd/2") = */run.err ]]; then
  {{ printf '%s\\0' "$0" "$@"; printf '{END}\\0'; }} >>"${{NOTES}}"
  eval "$(grep '^results=' "${{SCRIPT}}")"
  for file in "${{results[@]}}"; do
    mkdir -p -- "${{file%/*}}" && echo whole >"${{file}}"
  done 2>/dev/null
  : >"${{RELIONC_OUTPUT}}/RELION_JOB_EXIT_SUCCESS"
elif [[ ${{last}} = */relion_volatile ]]; then
  :
elif [[ ${{name}} = @(mpirun|srun|timeout) && ${{last}} = *'; relionc_look' && ${{2-}} != srun ]]; then
  bash -c "${{last%relionc_look}} unset 'plan[scratch]'; ${{INPUTS}}; relionc_look"
elif [[ ${{name}} = @(mpirun|srun) ]]; then
  if [[ ${{last}} = 'echo "RANK '* ]]; then ranks; fi
elif [[ ${{name}} != relion_* ]] && real=$(PATH=${{REAL}} type -P -- "${{name}}"); then
  exec "${{real}}" "$@"
fi
"""


class Ran(NamedTuple):
    """How a script ended, and the words that each program of its steps was called with, the program first."""

    status: int
    said: bytes
    calls: list[list[str]]


def stand_in(folder: Path, names: Iterable[str]) -> None:
    """Put stand-ins of these names into `folder`; beside one with MPI, the one that is asked for its version."""
    folder.mkdir(exist_ok=True)
    for name in {each for given in names for each in (given, given.removesuffix("_mpi"))}:
        (folder / name).write_text(_PROGRAM)
        (folder / name).chmod(0o755)


def script_of(result: Compiled) -> str:
    """Return the path of the one script of a job in a build."""
    assert result.files is not None
    (script,) = (name for name in result.files if _SCRIPT.fullmatch(name))
    return script


def guarded(
    result: Compiled, folder: Path, programs: Iterable[str], *, project: str = ".", env: Mapping[str, str]
) -> Ran:
    """Run the script of a build's one job in `folder`/here, with the guard beside it as in a folder of a build."""
    build, here, name = folder / "build", folder / "here", script_of(result)
    assert result.files is not None
    for path in (name, "relionc-runtime.sh"):
        (build / path).parent.mkdir(parents=True, exist_ok=True)
        (build / path).write_bytes(result.files[path])
    stand_in(folder / "bin", [*LAUNCHERS, *programs])
    (here / project).mkdir(parents=True, exist_ok=True)
    ranks = re.search(rb"^  \[ranks\]=(\d+)$", result.files[name], re.MULTILINE)
    around = {
        "PATH": f"{folder}/bin:{os.environ['PATH']}",
        "REAL": os.environ["PATH"],
        "NOTES": f"{folder}/notes",
        "SCRIPT": str(build / name),
        "RANKS": ranks[1].decode() if ranks else "1",
        "RELIONC_TICK": "0",
        "RELIONC_AGAIN_WAIT": "0",
        **env,
    }
    there = _inputs_are_made(build / name, here / project, folder, around)
    around["INPUTS"] = ":" if there else "inputs=()"
    done = subprocess.run(
        ["bash", str(build / name)], cwd=here, env=around, capture_output=True, check=False, timeout=60
    )
    assert [path for path in folder.rglob("*") if path.name == CANARY] == []
    notes = folder / "notes"
    calls = notes.read_bytes().decode().split(f"{END}\0")[:-1] if notes.exists() else []
    return Ran(done.returncode, done.stdout + done.stderr, [call.split("\0")[:-1] for call in calls])


def _inputs_are_made(script: Path, project: Path, folder: Path, env: Mapping[str, str]) -> bool:
    """Make the files that the guard looks for; false if one of them cannot be, or is outside of the test's folder."""
    show = 'eval "$(grep "^inputs=" "$1")"; printf "%s\\0" "${inputs[@]}"'
    done = subprocess.run(
        ["bash", "-c", show, "-", str(script)], cwd=project, env=env, capture_output=True, check=True
    )
    names = [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]
    made = [_is_made(os.path.join(project, name), folder) for name in names]
    return all(made)


def _is_made(path: str, folder: Path) -> bool:
    try:
        if not Path(os.path.normpath(path)).is_relative_to(folder):
            return False
        Path(path if path.endswith("/") else os.path.dirname(path)).mkdir(parents=True, exist_ok=True)
        if not os.path.exists(path):
            Path(path).touch()
    except OSError:  # a name that is too long, or a file where another input needs a folder
        return False
    return True
