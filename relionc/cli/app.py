"""The commands and their options, once: for the reading of a call, its help, and completion.

Each command imports what it needs when it runs.
"""

from __future__ import annotations

import os
import sys

from relionc.cli.options import (
    HELP,
    Command,
    Flag,
    NamedTexts,
    NumberedTexts,
    OptionalNumber,
    OptionalText,
    TextOption,
    Texts,
    WrongCall,
    called,
)

TYPE_CHECKING = False  # as in typing, see relionc.cli.options
if TYPE_CHECKING:
    from collections.abc import Iterable

    from relionc.cli.options import Given

COMPLETE = "_RELIONC_COMPLETE"
"""The variable by which a completion script asks what may come next."""


def _versions() -> Iterable[str]:
    from relionc import catalog

    return catalog.versions()


def _job_types() -> Iterable[str]:
    from relionc import catalog

    return dict.fromkeys(name for version in catalog.versions() for name in catalog.types(version))


def _profiles() -> Iterable[str]:
    from relionc import site
    from relionc.cli import files

    return (*site.names(), *(name for name, _ in files.profiles_here()))


def _codes() -> Iterable[str]:
    from relionc.diag.codes import CODES

    return CODES


SPECS = Texts(value="SPEC", required=True, is_path=True)
SPEC = TextOption(value="SPEC", required=True, is_path=True)
PATHS = Texts(value="PATH", required=True, is_path=True)
JOB_FILES = Texts(value="FILE", required=True, is_path=True)
JOB_FILE = TextOption(value="FILE", required=True, is_path=True)
KIND = TextOption(choices=("spec", "cluster", "plan"), default="spec")
JOB_TYPE = TextOption(value="JOB_TYPE", required=True, names=_job_types)
SOME_JOB_TYPE = OptionalText(value="JOB_TYPE", names=_job_types)
OLD = TextOption(value="OLD", required=True, names=_versions)
NEW = TextOption(value="NEW", required=True, names=_versions)
PROFILE = TextOption(value="NAME", required=True, names=_profiles, is_path=True)
OTHER_PROFILE = TextOption(value="OTHER", required=True, names=_profiles, is_path=True)
CODE = TextOption(value="CODE", required=True, names=_codes)
PROGRAM = OptionalText(
    "--program",
    value="PROGRAM",
    is_path=True,
    help="RELION's pipeliner, if not the one on the PATH; also one below a folder in which RELION was unpacked.",
)
AS_VERSION = OptionalText(
    "--relion", value="VERSION", names=_versions, help="Version to compare with; that of the program."
)
SHELL = TextOption(choices=("bash", "zsh", "fish"), required=True)

BUILD = TextOption(value="BUILD", required=True, is_path=True)

SAVED = Texts(value="PATH", is_path=True)
SITE = TextOption(
    "-o",
    "--output",
    value="SITE.yaml",
    default="site.yaml",
    is_path=True,
    help="File for what people know; what Slurm says goes beside it, as SITE-imported.yaml.",
)
NAME = OptionalText("--name", value="NAME", help="Name of the cluster, if not the one that Slurm gives it.")
DATE = OptionalText("--date", value="DATE", help="When it was so, if Slurm does not say (for slurm.conf).")
ALL_PARTITIONS = Flag("--all", help="Also partitions that are hidden, or that only some may use.")
NO_INPUT = Flag("--no-input", help="Ask nothing; list the questions.")
UPDATE = Flag("--update", help="Bring the facts of an earlier import up to date, and show what changes.")
NEW_FOLDER = TextOption(value="DIR", required=True, is_path=True)
LIVE = Flag("--live", help="Ask Slurm: what it says otherwise, and whether it would take a job of each kind.")
SAVED_TEXT = Texts(
    "--from",
    value="PATH",
    is_path=True,
    help="Compare with saved text of Slurm's programs, as `cluster import` reads it (may be given several times).",
)
ON = OptionalText("--on", value="DATE", help="Day for which facts are judged, as 2026-11-30; today.")
ACCOUNT = OptionalText("--account", value="NAME", help="Account that the jobs for --live name.")
QOS = OptionalText("--qos", value="NAME", help="QOS that the jobs for --live name.")

VERSION = Flag("--version", help="Show the version and exit.")
FOLDER = TextOption(
    "-o",
    "--output",
    value="DIR",
    default="build",
    is_path=True,
    help="Folder that holds one folder per spec.",
)
CHECK = Flag("--check", help="Write nothing; show what a build would change, exit 1 if anything.")
CLUSTER = OptionalText(
    "--cluster",
    value="NAME",
    names=_profiles,
    is_path=True,
    help="Profile to use instead of the spec's: a name or a file.",
)
RELION = OptionalText(
    "--relion", value="VERSION", names=_versions, help="RELION version to use instead of the spec's."
)
JOBS = Texts("--job", value="NAME", help="This job only (may be given several times).")
SETTINGS = NamedTexts(
    "--set",
    value="KEY=VALUE",
    help="Value to use instead of the spec's, as jobs.refine.layout=auto (may be given several times).",
)
STDOUT = Flag("--stdout", help="Print the script of one job; write nothing.")
FORCE = Flag("--force", help="Write over files that no build made, or that somebody changed since.")
TEMPLATE = OptionalText(
    "--template",
    value="FILE",
    is_path=True,
    help="RELION's own template (qsub.sh): write run_submit.script as RELION would; or a script template (.j2).",
)
EXTRAS = NumberedTexts(
    "--extra",
    value="[JOB:]N=VALUE",
    help="Text for XXXextraNXXX of the template, for all jobs or for one (may be given several times).",
)
GUI = Flag(
    "--gui",
    help="Also write gui.sh for each job, a template that says its whole plan, for RELION's own window to submit.",
)
UNTIL = OptionalText(
    "--until",
    value="STAGE",
    choices=("source", "spec", "plan", "ir"),
    help="Print what the compiler has of one spec after a stage, as JSON: source, spec, plan or ir; write nothing.",
)
DIAGNOSTICS = TextOption(
    "--format", choices=("text", "json", "github"), default="text", help="Form of diagnostics."
)
REPORT = TextOption(
    "--format",
    choices=("text", "json", "github", "sarif", "junit"),
    default="text",
    help="Form of diagnostics.",
)
RESULT = TextOption("--format", choices=("text", "json"), default="text", help="Form of the result.")
UNTRUSTED = Flag(
    "--untrusted",
    help="For specs of strangers: built-in profiles only, and no file outside their repository.",
)
PROCESSES = OptionalNumber(
    "--jobs", value="N", help="Processes that look at many specs; as many as there are cores."
)
TEST_ONLY = Flag("--test-only", help="Ask Slurm whether it would take each job, and when; submit nothing.")
WATCH = Flag("--watch", help="Go on until all have ended; on a terminal, in place.")
FROM_SPEC = OptionalText(
    "--spec",
    value="FILE",
    is_path=True,
    help="Spec of the build, for another layout; it is found by itself near the build or here.",
)
ALL = Flag("--all", help="Also list the best layout of every mode and kind of node.")
TRACE = Flag("--trace", help="Also list what the search for each layout tried, and why it gave that up.")
NEW_SPEC = OptionalText(
    "-o", "--output", value="SPEC", is_path=True, help="Spec to write; without it, it is printed."
)
WRITTEN_BY = OptionalText(
    "--relion",
    value="VERSION",
    names=_versions,
    help="RELION version; the one that wrote the file, as it seems.",
)
NAMED_CLUSTER = OptionalText("--cluster", value="NAME", names=_profiles, help="Profile that the spec names.")
NUMBER_OR_OWN = OptionalNumber(
    "--job-number",
    value="N",
    help="Number of the output folder <JobDir>/jobNNN/; that of the file's own folder, or 1.",
)
ANSWERED_BY = TextOption(
    "--relion", value="VERSION", required=True, names=_versions, help="RELION version whose answer is wanted."
)
OF_VERSION = OptionalText(
    "--relion",
    value="VERSION",
    names=_versions,
    help="Specs of this RELION version only: its job types and options.",
)
ONLY_VERSION = OptionalText("--relion", value="VERSION", names=_versions, help="Only this version.")
FOR_VERSION = OptionalText(
    "--relion", value="VERSION", names=_versions, help="RELION version that is to use it; the newest."
)
TEMPLATE_FOLDER = TextOption(
    "-o", "--output", value="DIR", default=".", is_path=True, help="Folder to write to."
)
NEWEST = OptionalText(
    "--relion", value="VERSION", names=_versions, help="RELION version; the newest that has the type."
)


def _build(given: Given) -> int:
    """Build; where nothing has changed since the same call, say what that said, with nothing else loaded."""
    specs, out = SPECS.of(given), FOLDER.of(given)
    if given.has_only(SPECS, FOLDER) and _said_again(specs, out):
        return 0
    from relionc.cli.build import BuildCall, run

    return run(
        BuildCall(
            specs=specs,
            out=out,
            check=CHECK.of(given),
            stdout=STDOUT.of(given),
            force=FORCE.of(given),
            cluster=CLUSTER.of(given),
            relion=RELION.of(given),
            jobs=JOBS.of(given),
            format=DIAGNOSTICS.of(given),
            template=TEMPLATE.of(given),
            extras=EXTRAS.of(given),
            gui=GUI.of(given),
            untrusted=UNTRUSTED.of(given),
            until=UNTIL.of(given),
            settings=SETTINGS.of(given),
        )
    )


def _said_again(specs: Iterable[str], out: str) -> bool:
    """Say what builds said before, if nothing that any of them read or wrote has changed."""
    from relionc.cli.remember import recall, said_again

    said = [recall(spec, out) for spec in specs]
    if not all(text is not None for text in said):
        return False
    again = [said_again(text) for text in said if text]
    sys.stderr.write("".join(notes for notes, _ in again))
    sys.stdout.write("".join(summary for _, summary in again))
    return True


def _lint(given: Given) -> int:
    from relionc.cli.lint import run

    return run(
        PATHS.of(given),
        cluster=CLUSTER.of(given),
        format=REPORT.of(given),
        untrusted=UNTRUSTED.of(given),
        processes=PROCESSES.of(given),
    )


def _plan(given: Given) -> int:
    from relionc.cli.build import BuildCall
    from relionc.cli.plan import run

    call = BuildCall(
        specs=(SPEC.of(given),),
        cluster=CLUSTER.of(given),
        relion=RELION.of(given),
        jobs=JOBS.of(given),
        format=RESULT.of(given),
        why=True,
        settings=SETTINGS.of(given),
    )
    return run(call, others=ALL.of(given), traced=TRACE.of(given))


def _import(given: Given) -> int:
    from relionc.cli.import_ import run

    return run(
        JOB_FILE.of(given),
        out=NEW_SPEC.of(given),
        relion=WRITTEN_BY.of(given),
        cluster=NAMED_CLUSTER.of(given),
        job_number=NUMBER_OR_OWN.of(given),
    )


def _commands(given: Given) -> int:
    from relionc.cli.commands import run

    return run(
        JOB_FILES.of(given),
        relion=ANSWERED_BY.of(given),
        job_number=NUMBER_OR_OWN.of(given),
        format=RESULT.of(given),
    )


def _schema(given: Given) -> int:
    from relionc.cli.show import schema

    return schema(KIND.of(given), OF_VERSION.of(given))


def _catalog_check(given: Given) -> int:
    from relionc.cli.catalog_check import run

    return run(PROGRAM.of(given), AS_VERSION.of(given), SOME_JOB_TYPE.of(given))


def _catalog_list(given: Given) -> int:
    from relionc.cli.show import catalog_list

    return catalog_list(ONLY_VERSION.of(given))


def _catalog_show(given: Given) -> int:
    from relionc.cli.show import catalog_show

    return catalog_show(JOB_TYPE.of(given), NEWEST.of(given))


def _catalog_diff(given: Given) -> int:
    from relionc.cli.catalog_diff import run

    return run(OLD.of(given), NEW.of(given), SOME_JOB_TYPE.of(given), RESULT.of(given))


def _cluster_list(_: Given) -> int:
    from relionc.cli.show import cluster_list

    return cluster_list()


def _cluster_show(given: Given) -> int:
    from relionc.cli.show import cluster_show

    return cluster_show(PROFILE.of(given))


def _cluster_check(given: Given) -> int:
    from relionc.cli.cluster_check import SiteCheck, check

    return check(
        SiteCheck(
            PROFILE.of(given),
            SAVED_TEXT.of(given),
            live=LIVE.of(given),
            on=ON.of(given),
            account=ACCOUNT.of(given),
            qos=QOS.of(given),
        )
    )


def _cluster_diff(given: Given) -> int:
    from relionc.cli.cluster_check import diff

    return diff(PROFILE.of(given), OTHER_PROFILE.of(given))


def _cluster_import(given: Given) -> int:
    from relionc.cli.cluster_import import ImportCall, run

    return run(
        ImportCall(
            SAVED.of(given),
            SITE.of(given),
            name=NAME.of(given),
            date=DATE.of(given),
            all=ALL_PARTITIONS.of(given),
            asks=not NO_INPUT.of(given),
            update=UPDATE.of(given),
        )
    )


def _cluster_collect(given: Given) -> int:
    from relionc.cli.cluster_import import collect

    return collect(NEW_FOLDER.of(given))


def _cluster_template(given: Given) -> int:
    from relionc.cli.cluster_template import run

    return run(PROFILE.of(given), relion=FOR_VERSION.of(given), out=TEMPLATE_FOLDER.of(given))


def _rule(given: Given) -> int:
    from relionc.cli.show import rule

    return rule(CODE.of(given))


def _completion(given: Given) -> int:
    from relionc.cli.completion import script

    return script(SHELL.of(given))


def _submit(given: Given) -> int:
    from relionc.cli.builds import exit_code
    from relionc.cli.submit import run

    return exit_code(lambda: run(BUILD.of(given), jobs=JOBS.of(given), test_only=TEST_ONLY.of(given)))


def _resume(given: Given) -> int:
    from relionc.cli.builds import exit_code
    from relionc.cli.submit import resume

    return exit_code(lambda: resume(BUILD.of(given), jobs=JOBS.of(given)))


def _cancel(given: Given) -> int:
    from relionc.cli.builds import exit_code
    from relionc.cli.submit import cancel

    return exit_code(lambda: cancel(BUILD.of(given), jobs=JOBS.of(given)))


def _status(given: Given) -> int:
    from relionc.cli.builds import exit_code
    from relionc.cli.status import run

    watch, as_json = WATCH.of(given), RESULT.of(given) == "json"
    return exit_code(lambda: run(BUILD.of(given), jobs=JOBS.of(given), watch=watch, as_json=as_json))


def _wait(given: Given) -> int:
    from relionc.cli.builds import exit_code
    from relionc.cli.status import wait

    return exit_code(lambda: wait(BUILD.of(given), jobs=JOBS.of(given)))


def _why(given: Given) -> int:
    from relionc.cli.builds import exit_code
    from relionc.cli.why import run

    spec, as_json = FROM_SPEC.of(given), RESULT.of(given) == "json"
    return exit_code(lambda: run(BUILD.of(given), jobs=JOBS.of(given), spec=spec, as_json=as_json))


def _version(_: Given) -> int:
    from relionc import __version__
    from relionc.cli import say

    say.result(f"relionc, version {__version__}\n")
    return 0


RELIONC = Command(
    "relionc",
    summary="Compile RELION job specs into what a Slurm cluster must run.",
    options=(VERSION,),
    commands=(
        Command(
            "build",
            summary="Write the scripts, hostfiles and commands of specs.",
            about="Write the build directory of each SPEC: scripts, hostfiles, command lines, plan.",
            arguments=(SPECS,),
            options=(
                FOLDER, CHECK, CLUSTER, RELION, JOBS, SETTINGS, STDOUT, FORCE, TEMPLATE, EXTRAS, GUI, UNTRUSTED, UNTIL,
                DIAGNOSTICS,
            ),
            run=_build,
        ),
        Command(
            "cancel",
            summary="Cancel the jobs of a build.",
            about="Cancel the jobs of BUILD that wait or run; those that wait for others first.",
            arguments=(BUILD,),
            options=(JOBS,),
            run=_cancel,
        ),
        Command(
            "catalog",
            summary="List RELION's job types and their options.",
            commands=(
                Command(
                    "check",
                    summary="Compare the catalogue with your own RELION.",
                    about="Compare the catalogue with your own RELION: options, defaults, commands; of one JOB_TYPE "
                    "or of all. Its pipeliner writes commands to a temporary folder, and starts nothing.",
                    arguments=(SOME_JOB_TYPE,),
                    options=(PROGRAM, AS_VERSION),
                    run=_catalog_check,
                ),
                Command(
                    "diff",
                    summary="Show what changes from one RELION version to another.",
                    about="Show what changes from RELION OLD to NEW: options, defaults, choices, flags; "
                    "of one JOB_TYPE or of all.",
                    arguments=(OLD, NEW, SOME_JOB_TYPE),
                    options=(RESULT,),
                    run=_catalog_diff,
                ),
                Command(
                    "list",
                    summary="List the job types of each version.",
                    options=(ONLY_VERSION,),
                    run=_catalog_list,
                ),
                Command(
                    "show",
                    summary="Show the options of a job type.",
                    about="Show the options of JOB_TYPE: names, defaults, what they mean.",
                    arguments=(JOB_TYPE,),
                    options=(NEWEST,),
                    run=_catalog_show,
                ),
            ),
        ),
        Command(
            "cluster",
            summary="List cluster profiles, make one of what Slurm says.",
            commands=(
                Command(
                    "check",
                    summary="Say what of a profile is wrong, in doubt, or otherwise in Slurm.",
                    about="Say what is wrong with the profile NAME, what of it is in doubt, and what Slurm says "
                    "otherwise. Exit code 1: something is wrong, or jobs would be refused.",
                    arguments=(PROFILE,),
                    options=(LIVE, SAVED_TEXT, ON, ACCOUNT, QOS),
                    run=_cluster_check,
                ),
                Command(
                    "collect",
                    summary="Write what Slurm says into a folder, to send it.",
                    about="Ask Slurm here, and write what a profile is made of into DIR: no users, addresses or paths.",
                    arguments=(NEW_FOLDER,),
                    run=_cluster_collect,
                ),
                Command(
                    "diff",
                    summary="Show what two profiles say differently.",
                    about="Show what the profile OTHER says otherwise than the profile NAME, fact by fact.",
                    arguments=(PROFILE, OTHER_PROFILE),
                    run=_cluster_diff,
                ),
                Command(
                    "import",
                    summary="Make a profile of what Slurm says.",
                    about="Make a profile of what Slurm says: here, or in saved texts or slurm.conf, as files or "
                    "folders. Asks at a terminal what Slurm cannot know.",
                    arguments=(SAVED,),
                    options=(SITE, NAME, DATE, ALL_PARTITIONS, NO_INPUT, UPDATE),
                    run=_cluster_import,
                ),
                Command("list", summary="List the profiles that have a name.", run=_cluster_list),
                Command(
                    "show",
                    summary="Show a profile, or a profile file.",
                    about="Show the profile NAME (or a profile file): partitions, nodes, launchers, sources.",
                    arguments=(PROFILE,),
                    run=_cluster_show,
                ),
                Command(
                    "template",
                    summary="Write a queue template for RELION's window.",
                    about="Write qsub.sh, by which RELION's window submits jobs of any type on the cluster of the "
                    "profile NAME, and relion-queue.lua, .tcl and .sh: lines for a module file, with its entries.",
                    arguments=(PROFILE,),
                    options=(FOR_VERSION, TEMPLATE_FOLDER),
                    run=_cluster_template,
                ),
            ),
        ),
        Command(
            "commands",
            summary="Print what RELION would run for its job files.",
            about="Print what RELION itself would run for each FILE, a job.star or run.job.",
            arguments=(JOB_FILES,),
            options=(ANSWERED_BY, NUMBER_OR_OWN, RESULT),
            run=_commands,
        ),
        Command(
            "completion",
            summary="Print a completion script for a shell.",
            about="Print the completion script of a shell; `relionc completion` in docs/cli.md says where to put it.",
            arguments=(SHELL,),
            run=_completion,
        ),
        Command(
            "import",
            summary="Make a spec from a job.star or run.job.",
            about="Make a spec from FILE, a job.star or run.job of RELION.",
            arguments=(JOB_FILE,),
            options=(NEW_SPEC, WRITTEN_BY, NAMED_CLUSTER, NUMBER_OR_OWN),
            run=_import,
        ),
        Command(
            "lint",
            summary="Say what is wrong with specs.",
            about="Say what is wrong with specs, or with all specs below a folder; write nothing.",
            arguments=(PATHS,),
            options=(CLUSTER, REPORT, UNTRUSTED, PROCESSES),
            run=_lint,
        ),
        Command(
            "plan",
            summary="Show the layout of each job, and why.",
            about="Show the layout of each job of SPEC: ranks, nodes, CPUs, GPUs, memory and scratch sums; and why.",
            arguments=(SPEC,),
            options=(CLUSTER, RELION, JOBS, SETTINGS, ALL, TRACE, RESULT),
            run=_plan,
        ),
        Command(
            "resume",
            summary="Let jobs that ended too early go on.",
            about="Submit again the jobs of BUILD that ended without having finished, and those that wait for them; "
            "let go those that Slurm holds.",
            arguments=(BUILD,),
            options=(JOBS,),
            run=_resume,
        ),
        Command(
            "rule",
            summary="Explain the diagnostic CODE (RLnnn).",
            arguments=(CODE,),
            run=_rule,
        ),
        Command(
            "schema",
            summary="Print a JSON Schema, for editors and other tools.",
            arguments=(KIND,),
            options=(OF_VERSION,),
            run=_schema,
        ),
        Command(
            "status",
            summary="Say where the jobs of a build are.",
            about="Say where the jobs of BUILD are: state, iteration, resolution, times, the last error.",
            arguments=(BUILD,),
            options=(JOBS, WATCH, RESULT),
            run=_status,
        ),
        Command(
            "submit",
            summary="Submit the jobs of a build, all or none.",
            about="Submit the jobs of BUILD, a build directory, in the project folder: all that are not finished or in "
            "the queue already. Where Slurm refuses one, the others are taken back.",
            arguments=(BUILD,),
            options=(JOBS, TEST_ONLY),
            run=_submit,
        ),
        Command(
            "wait",
            summary="Wait until the jobs of a build have ended.",
            about="Wait until the jobs of BUILD have ended; exit code 0 if all have ended well.",
            arguments=(BUILD,),
            options=(JOBS,),
            run=_wait,
        ),
        Command(
            "why",
            summary="Say why jobs failed or do not go on.",
            about="Say why jobs of BUILD failed or do not go on, what shows it, what helps, and the layout with "
            "another pin.",
            arguments=(BUILD,),
            options=(JOBS, FROM_SPEC, RESULT),
            run=_why,
        ),
    ),
)  # fmt: skip


def run(argv: list[str]) -> int:
    """Run a command and return its exit code: 2 where the call is wrong."""
    if COMPLETE in os.environ:
        from relionc.cli.completion import answer

        return answer(RELIONC, os.environ)
    try:
        command, given = called(RELIONC, argv)
    except WrongCall as wrong:
        from relionc.cli.usage import complain

        return complain(wrong)
    if command.run is not None and not HELP.of(given):
        return command.run(given)
    return _version(given) if VERSION.of(given) else _help(command, asked=HELP.of(given))


def _help(command: Command, *, asked: bool) -> int:
    """Show the page of a command; where it was not asked for, something is missing from the call."""
    from relionc.cli import say
    from relionc.cli.usage import page

    (say.result if asked else say.diagnostics)(page(command))
    return 0 if asked else 2
