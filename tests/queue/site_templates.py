"""Templates as sites have them, and a call of `relionc build` with one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from own_cache import own_cache

ROOT = Path(__file__).resolve().parents[2]

WHOLE = """\
#!/bin/bash
#SBATCH --ntasks=XXXmpinodesXXX
#SBATCH --partition=XXXqueueXXX
#SBATCH --cpus-per-task=XXXthreadsXXX
#SBATCH --error=XXXerrfileXXX
#SBATCH --output=XXXoutfileXXX
#SBATCH --time=XXXextra1XXX
#SBATCH --mem-per-cpu=XXXextra2XXX
#SBATCH --gres=XXXextra3XXX
#SBATCH XXXextra4XXX
module load RELION
srun --mpi=pmi2 XXXcommandXXX
"""

SPEC = """\
relionc: 1
cluster: biowulf
relion: "3.1"
jobs:
  fine:
    type: class3d
    options:
      fn_img: Particles/all.star
      fn_ref: map.mrc
      nr_classes: 6
      particle_diameter: 360
    data: {particles: 105247, box: 360}
    resources: {gpus: p100, nodes: 4, time: 1-00:00:00, scratch: 200G}
    slurm: {mail-type: END}
"""


def build(folder: Path, template: str, *arguments: str, spec: str = SPEC) -> subprocess.CompletedProcess[str]:
    """Build `site.yaml` with `qsub.sh` in a folder, in a process of its own."""
    (folder / "site.yaml").write_text(spec, "utf-8")
    (folder / "qsub.sh").write_bytes(template.encode("utf-8", "surrogateescape"))
    command = [sys.executable, "-m", "relionc", "build", "site.yaml", "--template", "qsub.sh", *arguments]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": own_cache(folder)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def script(folder: Path, job: str = "fine") -> str:
    return (folder / "build" / "site" / job / "run_submit.script").read_text("utf-8")
