"""Variables of a job's environment that Slurm sets to a plain number, so that a shell needs no quotes around them.

Whatever else Slurm sets may hold a list (`SLURM_TASKS_PER_NODE=5(x8)`) or a name. `…_HET_GROUP_n` is the value of one
group of a hetjob.
"""

from __future__ import annotations

NUMBERS = frozenset(
    (
        "SLURM_ARRAY_JOB_ID",
        "SLURM_ARRAY_TASK_COUNT",
        "SLURM_ARRAY_TASK_ID",
        "SLURM_CPUS_ON_NODE",
        "SLURM_CPUS_PER_TASK",
        "SLURM_GPUS_ON_NODE",
        "SLURM_JOBID",
        "SLURM_JOB_ID",
        "SLURM_JOB_ID_HET_GROUP_0",
        "SLURM_JOB_ID_HET_GROUP_1",
        "SLURM_JOB_NUM_NODES",
        "SLURM_LOCALID",
        "SLURM_MEM_PER_CPU",
        "SLURM_MEM_PER_NODE",
        "SLURM_NNODES",
        "SLURM_NODEID",
        "SLURM_NPROCS",
        "SLURM_NTASKS",
        "SLURM_NTASKS_PER_NODE",
        "SLURM_PROCID",
    )
)

CONTRADICTING = (
    "SLURM_CPUS_PER_TASK",
    "SLURM_DISTRIBUTION",
    "SLURM_GPUS",
    "SLURM_GPUS_PER_NODE",
    "SLURM_GPUS_PER_TASK",
    "SLURM_HOSTFILE",
    "SLURM_NTASKS_PER_NODE",
    "SLURM_TRES_PER_TASK",
    "SRUN_CPUS_PER_TASK",
)
"""Variables that make sbatch, or the srun of a job, refuse what its script says: an allocation around it, or
a shell, has set them. Asked of Slurm 20.11.4, 22.05.8, 24.11.5 and 26.05.5, each of which suffers from some."""
CONTRADICTING_BEGINNINGS = ("SLURM_MEM_PER_",)
"""Beginnings of such names."""
