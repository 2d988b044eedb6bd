"""A refinement on whole GPU nodes after an import: hostfile, modules, a quoted directive, a dependency."""

from relionc.ir import (
    Bundle,
    CommandLine,
    Directive,
    Guard,
    HostfileRule,
    JobArtifacts,
    JobFile,
    Script,
    ShellRef,
    Step,
    Submission,
)

START = "relion_refine_mpi --o Class3D/class3d/run --i Particles/shiny.star"
REST = "--pool 100 --ctf --iter 25 --K 6 --j 1 --gpu"
JOB_ID = ShellRef("SLURM_JOB_ID", integer=True)
IMPORT = CommandLine(
    (("relion_star_loopheader",), ("rlnMicrographName",)), stdout=("Import/import/micrographs.star",)
)
FILL = CommandLine((("ls",), ("Micrographs/my data.mrc",)), stdout=IMPORT.stdout, append=True)
REFINE = CommandLine(
    (
        *((word,) for word in START.split()),
        ("--scratch_dir",),
        ("/lscratch/", JOB_ID),
        *((word,) for word in REST.split()),
        ("",),
    )
)
START_RANKS = (("srun",), ("--mpi=pmi2",), ("-n",), ("5",), ("--distribution=arbitrary",))
BUNDLE = Bundle(
    header=("Starts the jobs of specs/ribosome.yaml; made by relionc 0.1.0.", "Do not edit."),
    jobs=(
        JobArtifacts(
            job="import",
            script_name="run.sbatch",
            script=Script(
                job="import",
                header=("import: Import of RELION 2.1", "one task\nwith a line break in a name"),
                directives=(Directive("job-name", "import"), Directive("ntasks", "1")),
                output_dir=("Import/import/",),
                steps=(Step((), IMPORT), Step((), FILL)),
                guard=Guard(
                    (("identity", ("1234",)), ("output", ("Import/import/",)), ("program", IMPORT.words[0]))
                ),
            ),
            commands=(IMPORT, FILL),
            hostfile=("node[0]",),
            job_file=JobFile("run.job", "0", False, None, (("Input files:", "Micrographs/*.mrc"),)),
        ),
        JobArtifacts(
            job="class3d",
            script_name="run.sbatch",
            script=Script(
                job="class3d",
                header=("class3d: 3D classification of RELION 2.1", "homogeneous+1: 5 ranks on 2 nodes"),
                directives=(
                    Directive("job-name", "class3d"),
                    Directive("nodes", "2"),
                    Directive("ntasks", "6"),
                    Directive("ntasks-per-node", "3"),
                    Directive("gres", "gpu:p100:4,lscratch:200"),
                    Directive("exclusive"),
                    Directive("comment", 'a "b" #1 \\'),
                ),
                output_dir=("Class3D/class3d/",),
                environment=("module load RELION/2.1", 'echo "$LOADEDMODULES"'),
                exports=(("OMPI_MCA_btl", ("self,tcp",)), ("TMPDIR", ("/lscratch/", JOB_ID))),
                hostfile=HostfileRule(
                    path=("Class3D/class3d/relionc/hostfile",),
                    shares=(3, 2),
                    leader=True,
                    variable="SLURM_HOSTFILE",
                    unset=("SLURM_NTASKS_PER_NODE",),
                ),
                steps=(
                    Step(
                        START_RANKS,
                        REFINE,
                    ),
                ),
                guard=Guard(
                    facts=(
                        ("identity", ("5678",)),
                        ("restart", ("auto",)),
                        ("ranks", ("5",)),
                        ("nodes", ("2",)),
                        ("output", ("Class3D/class3d/",)),
                        ("program", ("relion_refine_mpi",)),
                    ),
                    launch=START_RANKS,
                    inputs=(("Particles/shiny.star",),),
                    results=(("Class3D/class3d/run_it025_data.star",),),
                ),
            ),
            commands=(REFINE,),
            hostfile=("node[0]", "node[0]", "node[0]", "node[1]", "node[1]"),
            job_file=JobFile("run.job", "9", False, None, (("Number of classes:", "6"),)),
        ),
    ),
    submissions=(
        Submission(
            job="import",
            script="import/run.sbatch",
            output_dir=("Import/import/",),
            command=(("sbatch",), ("--parsable",)),
        ),
        Submission(
            job="class3d",
            script="class3d/run.sbatch",
            output_dir=("Class3D/class3d/",),
            command=(("sbatch",), ("--parsable",)),
            after=("import",),
            dependency=("--dependency=afterok:{ids}", "--kill-on-invalid-dep=yes"),
        ),
    ),
    plan={
        "plan_version": 1,
        "jobs": {
            "class3d": {
                "mode": "homogeneous+1",
                "constraint": None,
                "ranks": [
                    {"rank": 0, "role": "leader", "node": 0, "cpus": 4, "gpus": []},
                    {"rank": 1, "role": "worker", "node": 0, "cpus": 4, "gpus": [0, 1]},
                ],
                "memory_fullest_node_gib": 228.125,
                "not_checked": [],
            }
        },
    },
)
