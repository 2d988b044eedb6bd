"""The commands and their options. Each command imports what it needs when it runs."""

from __future__ import annotations

from io import StringIO

import click

from relionc import __version__
from relionc.cli import say

FORMATS = click.Choice(["text", "json", "github"])
REPORTS = click.Choice(["text", "json", "github", "sarif", "junit"])


class _Commands(click.Group):
    """A group that knows which command a wrong name may mean."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if not args or self.get_command(ctx, args[0]) is not None or args[0].startswith("-"):
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches

        known = self.list_commands(ctx)
        near = get_close_matches(args[0], known, n=1, cutoff=0.7)
        advice = f"Did you mean '{near[0]}'?" if near else f"There are {', '.join(known)}."
        raise click.UsageError(f"No such command '{args[0]}'. {advice}", ctx)


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(__version__, prog_name="relionc")
def relionc() -> None:
    """Compile RELION job specs into what a Slurm cluster must run."""


@relionc.command(short_help="Write the scripts, hostfiles and commands of specs.")
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@click.option(
    "-o", "--output", "out", default="build", show_default=True, help="Folder that holds one folder per spec."
)
@click.option(
    "--check", is_flag=True, help="Write nothing; show what a build would change, exit 1 if anything."
)
@click.option("--cluster", help="Profile to use instead of the spec's: a name or a file.")
@click.option("--relion", metavar="VERSION", help="RELION version to use instead of the spec's.")
@click.option("--job", "jobs", multiple=True, help="Build this job only (may be given several times).")
@click.option("--stdout", is_flag=True, help="Print the script of one job; write nothing.")
@click.option(
    "--force", is_flag=True, help="Write over files that no build made, or that somebody changed since."
)
@click.option(
    "--template",
    metavar="FILE",
    help="RELION's own template (qsub.sh): write run_submit.script as RELION would; or a script template (.j2).",
)
@click.option(
    "--extra",
    "extras",
    multiple=True,
    metavar="N=VALUE",
    help="Text for XXXextraNXXX of the template (may be given several times).",
)
@click.option(
    "--format", "format_", type=FORMATS, default="text", show_default=True, help="Form of diagnostics."
)
def build(  # noqa: PLR0913, PLR0917 - one parameter per option
    specs: tuple[str, ...],
    out: str,
    check: bool,
    cluster: str | None,
    relion: str | None,
    jobs: tuple[str, ...],
    stdout: bool,
    force: bool,
    template: str | None,
    extras: tuple[str, ...],
    format_: str,
) -> int:
    """Write the build directory of each SPEC: scripts, hostfiles, command lines, plan."""
    from relionc.cli.build import BuildCall, run

    return run(
        BuildCall(
            specs=specs,
            out=out,
            check=check,
            stdout=stdout,
            force=force,
            cluster=cluster,
            relion=relion,
            jobs=jobs,
            format=format_,
            template=template,
            extras=_numbered(extras),
        )
    )


def _numbered(extras: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    """Return what `--extra N=VALUE` gives."""
    found = []
    for text in extras:
        number, equals, value = text.partition("=")
        if not (equals and number.isdecimal() and number.isascii() and len(number) < 10):
            raise click.BadParameter(f"{text!r} is not like 1=12:00:00", param_hint="--extra")
        found.append((int(number), value))
    return tuple(found)


@relionc.command(short_help="Say what is wrong with specs.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--cluster", help="Profile to use instead of the spec's: a name or a file.")
@click.option(
    "--format", "format_", type=REPORTS, default="text", show_default=True, help="Form of diagnostics."
)
@click.option(
    "--untrusted",
    is_flag=True,
    help="For specs of strangers: built-in profiles only, and no file outside their repository.",
)
def lint(paths: tuple[str, ...], cluster: str | None, format_: str, untrusted: bool) -> int:
    """Say what is wrong with specs, or with all specs below a folder; write nothing."""
    from relionc.cli.lint import run

    return run(paths, cluster=cluster, format=format_, untrusted=untrusted)


@relionc.command(short_help="Show the layout of each job, and why.")
@click.argument("spec")
@click.option("--cluster", help="Profile to use instead of the spec's: a name or a file.")
@click.option("--relion", metavar="VERSION", help="RELION version to use instead of the spec's.")
@click.option("--job", "jobs", multiple=True, help="Show this job only (may be given several times).")
@click.option("--all", "all_", is_flag=True, help="Also list the best layout of every mode and kind of node.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def plan(
    spec: str, cluster: str | None, relion: str | None, jobs: tuple[str, ...], all_: bool, format_: str
) -> int:
    """Show the layout of each job of SPEC: ranks, nodes, CPUs, GPUs, memory and scratch sums; and why."""
    from relionc.cli.build import BuildCall
    from relionc.cli.plan import run

    call = BuildCall(specs=(spec,), cluster=cluster, relion=relion, jobs=jobs, format=format_, why=True)
    return run(call, others=all_)


@relionc.command("import", short_help="Make a spec from a job.star or run.job.")
@click.argument("file")
@click.option("-o", "--output", "out", metavar="SPEC", help="Spec to write; without it, it is printed.")
@click.option("--relion", metavar="VERSION", help="RELION version; the one that wrote the file, as it seems.")
@click.option("--cluster", help="Profile that the spec names.")
@click.option(
    "--job-number",
    type=click.IntRange(1),
    help="Number of the output folder <JobDir>/jobNNN/; that of the file's own folder, or 1.",
)
def import_(
    file: str, out: str | None, relion: str | None, cluster: str | None, job_number: int | None
) -> int:
    """Make a spec from FILE, a job.star or run.job of RELION."""
    from relionc.cli.import_ import run

    return run(file, out=out, relion=relion, cluster=cluster, job_number=job_number)


@relionc.command(short_help="Print what RELION would run for its job files.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--relion", metavar="VERSION", required=True, help="RELION version whose answer is wanted.")
@click.option(
    "--job-number",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Number of the output folder <JobDir>/jobNNN/.",
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def commands(files: tuple[str, ...], relion: str, job_number: int, format_: str) -> int:
    """Print what RELION itself would run for each FILE, a job.star or run.job."""
    from relionc.cli.commands import run

    return run(files, relion=relion, job_number=job_number, format=format_)


@relionc.command()
@click.argument("kind", type=click.Choice(["spec", "cluster", "plan"]), default="spec")
@click.option(
    "--relion", metavar="VERSION", help="Specs of this RELION version only: its job types and options."
)
def schema(kind: str, relion: str | None) -> int:
    """Print a JSON Schema, for editors and other tools."""
    from relionc.cli.show import schema as show

    return show(kind, relion)


@relionc.group(cls=_Commands)
def catalog() -> None:
    """List RELION's job types and their options."""


@catalog.command("list")
@click.option("--relion", metavar="VERSION", help="Only this version.")
def catalog_list(relion: str | None) -> int:
    """List the job types of each version."""
    from relionc.cli.show import catalog_list as show

    return show(relion)


@catalog.command("show", short_help="Show the options of a job type.")
@click.argument("job_type")
@click.option("--relion", metavar="VERSION", help="RELION version; the newest that has the type.")
def catalog_show(job_type: str, relion: str | None) -> int:
    """Show the options of JOB_TYPE: names, defaults, what they mean."""
    from relionc.cli.show import catalog_show as show

    return show(job_type, relion)


@catalog.command("diff", short_help="Show what changes from one RELION version to another.")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.argument("job_type", required=False)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def catalog_diff(old: str, new: str, job_type: str | None, format_: str) -> int:
    """Show what changes from RELION OLD to NEW: options, defaults, choices, flags; of one JOB_TYPE or of all."""
    from relionc.cli.catalog_diff import run as show

    return show(old, new, job_type, format_)


@relionc.group(cls=_Commands)
def cluster() -> None:
    """List cluster profiles and what they hold."""


@cluster.command("list")
def cluster_list() -> int:
    """List the built-in profiles."""
    from relionc.cli.show import cluster_list as show

    return show()


@cluster.command("show", short_help="Show a profile, or a profile file.")
@click.argument("name")
def cluster_show(name: str) -> int:
    """Show the profile NAME (or a profile file): partitions, nodes, launchers, sources."""
    from relionc.cli.show import cluster_show as show

    return show(name)


@relionc.command()
@click.argument("code")
def rule(code: str) -> int:
    """Explain the diagnostic CODE (RLnnn)."""
    from relionc.cli.show import rule as show

    return show(code)


@relionc.command(short_help="Print a completion script for a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print the completion script of SHELL; source it in your shell's start-up file."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        return 2
    say.result(kind(relionc, {}, "relionc", "_RELIONC_COMPLETE").source() + "\n")
    return 0


def run(argv: list[str]) -> int:
    """Run a command and return its exit code; click's own complaints about the call give 2."""
    from relionc.diag.clean import harmless

    try:
        code = relionc.main(argv, prog_name="relionc", standalone_mode=False)
    except click.ClickException as error:
        said = StringIO()
        error.show(said)
        say.diagnostics(harmless(said.getvalue()))
        return 2
    except click.exceptions.Abort:
        return 130
    return code if isinstance(code, int) else 0
