"""NIH HPC Biowulf as it was in 2018 (retired hardware). Made by tools/build_sites.py from data/biowulf-2018.yaml: do not edit."""

from relionc.site.types import Builds, Cluster, Launcher, NodeType, Partition, Policy, ScratchDisk, Source

CLUSTER = Cluster(
    name="biowulf-2018",
    title="NIH HPC Biowulf as it was in 2018 (retired hardware)",
    scheduler="slurm",
    node_types={
        "k80": NodeType(
            name="k80",
            count=72,
            cpus=56,
            threads_per_core=2,
            memory_mib=245760,
            scratch_gib=800,
            gpu_type="k80",
            gpus=4,
            vram_gib=12.0,
            gpu_threads=1,
            features=("cpu56", "core28", "g256", "gpuk80", "x2680", "ibfdr"),
            until="2026-05-01",
        ),
        "p100": NodeType(
            name="p100",
            count=48,
            cpus=56,
            threads_per_core=2,
            memory_mib=122880,
            scratch_gib=650,
            gpu_type="p100",
            gpus=4,
            vram_gib=16.0,
            gpu_threads=2,
            features=("cpu56", "core28", "g128", "gpup100", "x2680", "ibfdr"),
        ),
        "x2680": NodeType(
            name="x2680",
            count=1152,
            cpus=56,
            threads_per_core=2,
            memory_mib=245760,
            scratch_gib=800,
            features=("cpu56", "core28", "g256", "x2680", "ibfdr"),
        ),
        "x2695": NodeType(
            name="x2695",
            count=1080,
            cpus=56,
            threads_per_core=2,
            memory_mib=245760,
            scratch_gib=400,
            features=("cpu56", "core28", "g256", "x2695", "ibfdr"),
            until="2026-05-01",
        ),
    },
    partitions={
        "norm": Partition(
            name="norm",
            node_types=("x2680", "x2695"),
            default=True,
            max_time_s=864000,
            max_nodes=1,
        ),
        "multinode": Partition(
            name="multinode",
            node_types=("x2680", "x2695"),
            max_time_s=864000,
        ),
        "gpu": Partition(name="gpu", node_types=("k80", "p100"), max_time_s=864000),
        "quick": Partition(
            name="quick",
            node_types=("x2680", "x2695"),
            max_time_s=14400,
        ),
    },
    launchers={
        "batch": Launcher(
            argv=(
                "srun",
                "--mpi=pmi2",
                "-n",
                "{ntasks}",
                "-c",
                "{cpus_per_task}",
                "--kill-on-bad-exit=1",
            ),
            arbitrary=("--distribution=arbitrary",),
            hostfile_variable="SLURM_HOSTFILE",
            unset=("SLURM_NTASKS_PER_NODE",),
            mpi="pmi2",
        ),
        "interactive": Launcher(argv=("mpirun", "-n", "${SLURM_NTASKS}"),),
    },
    scratch=ScratchDisk(
        path="/lscratch/${SLURM_JOB_ID}",
        gres="lscratch",
        default_gib=200,
    ),
    policy=Policy(cpu_threads=4, gpu_threads=2, memory_per_cpu_mib=8192, ntasks=257),
    modules={
        "2.1": ("module load RELION/2.1",),
        "3.0": ("module load RELION/3.0",),
        "3.1": ("module load RELION/3.1",),
    },
    sources={
        "": Source(
            text="https://hpc.nih.gov/apps/RELION as it stood in 2018",
            date="2018-12",
        ),
        "relion": Source(
            text="CentOS 7, which the nodes had; the page counts 4 bytes for a pixel that is read at the start",
            unverified=True,
        ),
        "node_types": Source(
            text="what the scripts on the RELION page ask of these nodes",
            date="2018-12",
            unverified=True,
        ),
        "node_types.k80.count": Source(
            text="no copy of the 2018 list was found",
            date="2018-12",
            unverified=True,
        ),
        "node_types.x2680.count": Source(
            text="no copy of the 2018 list was found",
            date="2018-12",
            unverified=True,
        ),
        "node_types.x2695.count": Source(
            text="no copy of the 2018 list was found",
            date="2018-12",
            unverified=True,
        ),
        "node_types.x2695.scratch": Source(
            text="no copy of the 2018 list was found",
            date="2018-12",
            unverified=True,
        ),
        "node_types.k80.vram": Source(
            text="half of a K80 board's 24 GB belongs to each of its two GPUs",
            date="2014-11",
        ),
        "partitions": Source(
            text="ten days is what users of the gpu partition asked for",
            date="2018-12",
            unverified=True,
        ),
        "launchers.batch.argv": Source(
            text="srun with pmi2 as on the RELION page; the count is explicit because homogeneous+1 starts fewer ranks than are allocated, and kill-on-bad-exit because the others wait forever when one rank dies (3dem/relion 626)",
            date="2018-12",
        ),
        "launchers.interactive.argv": Source(
            text="https://hpc.nih.gov/apps/RELION, interactive job",
            date="2018-12",
        ),
        "allocation": Source(
            text="https://hpc.nih.gov/apps/RELION, interactive job",
            date="2018-12",
        ),
        "modules": Source(
            text="the site's pattern of module names",
            date="2018-12",
            unverified=True,
        ),
        "policy.cpu_threads": Source(
            text="https://hpc.nih.gov/apps/RELION: 4 CPUs per task in its batch examples",
            date="2018-12",
        ),
        "policy.gpu_threads": Source(
            text="https://hpc.nih.gov/apps/RELION: 1 on k80, 2 on p100",
            date="2018-12",
        ),
        "policy.memory_per_cpu": Source(
            text="https://hpc.nih.gov/apps/RELION: 8g in its heterogeneous example",
            date="2018-12",
        ),
        "policy.ntasks": Source(
            text="https://hpc.nih.gov/apps/RELION: 257 ranks in its heterogeneous example",
            date="2018-12",
        ),
    },
    memory_flag="per_cpu",
    versions=("2.1", "3.0", "3.1"),
    allocation=("sinteractive",),
    date="2018-12",
    notes=(
        "Allocating more than one node for an interactive run does not work; use the batch system.",
        "GPUs and lscratch stand in one gres option; a second option replaces the first.",
        "K80, x2695 and x2630 nodes were removed between 24 April and 1 May 2026.",
    ),
    relion=Builds(glibc="2.17",),
)
