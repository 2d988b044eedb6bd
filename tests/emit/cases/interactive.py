"""A job that the user starts inside an allocation, and one that waits for it."""

from relionc.ir import (
    Allocation,
    Bundle,
    CommandLine,
    Directive,
    Guard,
    JobArtifacts,
    JobFile,
    Script,
    ShellRef,
    Step,
    Submission,
)

MOTION = CommandLine((("relion_run_motioncorr_mpi",), ("--i",), ("Import/movies.star",)))
CTF = CommandLine((("relion_run_ctffind",), ("--i",), ("MotionCorr/motion/corrected_micrographs.star",)))
NTASKS = ShellRef("SLURM_NTASKS", integer=True)
BUNDLE = Bundle(
    header=("Starts the jobs of specs/motion.yaml; made by relionc 0.1.0.",),
    jobs=(
        JobArtifacts(
            job="motion",
            script_name="run.sh",
            script=Script(
                job="motion",
                header=("motion: homogeneous: 4 ranks on 1 node",),
                directives=(),
                output_dir=("MotionCorr/motion/",),
                steps=(Step((("mpirun",), ("-n",), (NTASKS,)), MOTION),),
                needs="SLURM_JOB_ID",
                needs_help="run this inside the allocation that allocate.sh gets",
                guard=Guard(
                    (("identity", ("12",)), ("output", ("MotionCorr/motion/",)), ("program", MOTION.words[0]))
                ),
            ),
            commands=(MOTION,),
            hostfile=("node[0]",) * 4,
            job_file=JobFile("job.star", "1", False, None, (("nr_mpi", "4"),)),
            allocation=Allocation(
                ("Gets the nodes of motion.",),
                (
                    ("sinteractive",),
                    ("--constraint=gpuk80",),
                    ("--nodes=1",),
                    ("--ntasks=4",),
                    ("--ntasks-per-node=4",),
                    ("--cpus-per-task=2",),
                    ("--gres=gpu:k80:4,lscratch:200",),
                ),
            ),
        ),
        JobArtifacts(
            job="ctf",
            script_name="run.sbatch",
            script=Script(
                job="ctf",
                header=("ctf: one task",),
                directives=(Directive("ntasks", "1"),),
                output_dir=("CtfFind/ctf/",),
                steps=(Step((), CTF),),
                guard=Guard((("identity", ("34",)), ("output", ("CtfFind/ctf/",)))),
            ),
            commands=(CTF,),
            hostfile=("node[0]",),
            job_file=JobFile("job.star", "2", False, None, (("nr_mpi", "1"),)),
        ),
    ),
    submissions=(
        Submission(
            job="motion",
            script="motion/run.sh",
            output_dir=("MotionCorr/motion/",),
            note="motion is interactive: start motion/allocate.sh, and motion/run.sh in its shell",
        ),
        Submission(
            job="ctf",
            script="ctf/run.sbatch",
            output_dir=("CtfFind/ctf/",),
            note="ctf: start ctf/run.sbatch when motion has finished",
        ),
    ),
    plan={"plan_version": 1, "jobs": {}},
)
