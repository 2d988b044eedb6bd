"""Two jobs without a scheduler: plain scripts, one after the other, in a project with a blank in its name."""

from relionc.ir import Bundle, CommandLine, Guard, JobArtifacts, JobFile, Script, ShellRef, Step, Submission

CTF = CommandLine((("relion_run_ctffind_mpi",), ("--i",), ("Import/micrographs.star",)))
PICK = CommandLine((("relion_autopick",), ("--i",), ("CtfFind/ctf/micrographs_ctf.star",)))
PROJECT = (ShellRef("HOME"), "/my project")


def job(name, folder, step):
    return JobArtifacts(
        job=name,
        script_name="run.sh",
        script=Script(
            job=name,
            header=(f"{name}: made by relionc 0.1.0 from specs/local.yaml", "Do not edit."),
            directives=(),
            output_dir=(folder,),
            steps=(step,),
            project=PROJECT,
            guard=Guard(
                (
                    ("identity", (name,)),
                    ("program", step.command.words[0]),
                    ("project", PROJECT),
                    ("output", (folder,)),
                )
            ),
        ),
        commands=(step.command,),
        hostfile=("node[0]",) * 2,
        job_file=JobFile("job.star", "2", False, None, (("nr_mpi", "2"),)),
    )


def submission(name, folder, after):
    return Submission(
        job=name,
        script=f"{name}/run.sh",
        output_dir=(*PROJECT, "/", folder),
        command=(("bash",),),
        queued=False,
        after=after,
    )


BUNDLE = Bundle(
    header=("Starts the jobs of specs/local.yaml; made by relionc 0.1.0.",),
    jobs=(
        job("ctf", "CtfFind/ctf/", Step((("mpirun",), ("-n",), ("2",)), CTF)),
        job("pick", "AutoPick/pick/", Step((), PICK)),
    ),
    submissions=(submission("ctf", "CtfFind/ctf/", ()), submission("pick", "AutoPick/pick/", ("ctf",))),
    plan={"plan_version": 1, "jobs": {}},
)
