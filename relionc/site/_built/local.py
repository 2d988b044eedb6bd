"""One workstation, no scheduler. Made by tools/build_sites.py from data/local.yaml: do not edit."""

from relionc.site.types import Cluster, Launcher, NodeType, Policy, Source

CLUSTER = Cluster(
    name="local",
    title="One workstation, no scheduler",
    scheduler="none",
    node_types={
        "workstation": NodeType(
            name="workstation",
            count=1,
            cpus=0,
            threads_per_core=1,
            memory_mib=0,
        ),
    },
    partitions={},
    launchers={
        "batch": Launcher(
            argv=(
                "mpirun",
                "--oversubscribe",
                "--bind-to",
                "none",
                "-n",
                "{ntasks}",
            ),
        ),
        "interactive": Launcher(
            argv=(
                "mpirun",
                "--oversubscribe",
                "--bind-to",
                "none",
                "-n",
                "{ntasks}",
            ),
        ),
    },
    scratch=None,
    policy=Policy(ntasks=3,),
    modules={},
    sources={
        "": Source(
            text="no machine in particular; 0 means not known",
            date="2026-11",
        ),
        "launchers.batch.argv": Source(
            text="with two ranks or fewer Open MPI binds all threads of a rank to one core (open-mpi/ompi 12900), and it counts cores, not threads, as slots",
            date="2024-10",
        ),
        "policy.ntasks": Source(
            text="the fewest with which RELION's refinement runs (a leader and two workers)",
            date="2020-06",
        ),
        "policy.memory_per_cpu": Source(text="a guess", unverified=True),
    },
    date="2026-11",
)
