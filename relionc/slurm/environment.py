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
    "SLURM_CORE_SPEC",
    "SLURM_CPUS_PER_TASK",
    "SLURM_DISTRIBUTION",
    "SLURM_EXCLUSIVE",
    "SLURM_GPUS",
    "SLURM_GPUS_PER_NODE",
    "SLURM_GPUS_PER_TASK",
    "SLURM_HINT",
    "SLURM_HOSTFILE",
    "SLURM_NPROCS",
    "SLURM_NTASKS",
    "SLURM_OVERCOMMIT",
    "SLURM_RESTART_COUNT",
    "SLURM_THREADS_PER_CORE",
    "SLURM_TRES_PER_TASK",
    "SRUN_CPUS_PER_TASK",
)
"""Variables that make sbatch, or the srun of a job, refuse what its script says, or the script take itself for another
start or a hetjob: an allocation around it, or a shell, has set them. Asked of Slurm 20.11.4, 22.05.8, 24.11.5 and
26.05.5, each of which suffers from some; the other names are those of `INPUT ENVIRONMENT VARIABLES` of srun(1)."""
CONTRADICTING_BEGINNINGS = (
    "SLURM_CPU_BIND",
    "SLURM_GPU_BIND",
    "SLURM_HET_",
    "SLURM_MEM_BIND",
    "SLURM_MEM_PER_",
    "SLURM_NTASKS_PER_",
)
"""Beginnings of such names."""
