"""A hand-made plan of a hetjob, lowered: two groups of directives, one command for both, scratch of the workers."""

import sys
from pathlib import Path

from relionc.ir import CommandLine, ShellRef
from relionc.lower import plan_json, script

sys.path.insert(0, str(Path(__file__).parents[2] / "lower"))

from lowering_plans import JOB_FILE, SLURM, Commands, hetjob, job

NAME = "class3d"
SCRATCH = ("/lscratch/", ShellRef("SLURM_JOB_ID", integer=True))
REFINE = (
    "relion_refine_mpi --o Class3D/class3d/run --i Particles/shiny.star --ini_high 60 --ctf --iter 25 --K 6"
)
WORDS = (*((word,) for word in REFINE.split()), ("--gpu",), ("",), ("--scratch_dir",), SCRATCH)
COMMANDS = Commands((CommandLine(WORDS), CommandLine((("touch",), ("Class3D/class3d/done",)))), (True, False))
PLAN = hetjob(job=job(NAME, slurm=(("mail-type", "END"), ("exclude", "cn0007"))))
BUNDLE = script.bundle(
    [PLAN], {NAME: COMMANDS}, {NAME: JOB_FILE}, SLURM, origin=script.Origin("specs/ribosome.yaml", "0.1.0")
)._replace(plan=plan_json.plan_object([PLAN], spec="specs/ribosome.yaml", cluster=SLURM.name, relion="2.1"))
