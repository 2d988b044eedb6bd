"""`relionc build` and `relionc lint`: compile specs, say what is wrong, write what is right."""

from __future__ import annotations

import os

from relionc import __version__
from relionc.cli import files, say
from relionc.cli.options import STDIN, CallError
from relionc.cli.remember import remember, seen, settings_places, with_notes
from relionc.cli.told import as_text, show, verdict
from relionc.data.skim import Skim, is_below
from relionc.diag import ERROR, NOTE, WARNING, Diagnostic
from relionc.pipeline import LAST, LAST_TO_FIND, Compiled, Disk, QueueTemplate, Request, compile_spec
from relionc.record import NamedTuple
from relionc.store import regular
from relionc.store.paths import StoreError, is_safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from relionc.data.missing import Listings
    from relionc.pipeline.alike import Alike
    from relionc.pipeline.profile import Profiles
    from relionc.solve.trace import Trace
    from relionc.source.overlay import Setting
    from relionc.store.verdicts import Verdict

_FEW = 5  # names of files in a message
_MANIFEST = 64 << 20  # bytes
_SCRIPTS = ("/run.sbatch", "/run.sh", "/run_submit.script")


class BuildCall(NamedTuple):
    """A call of `build`. `check` only compares, `stdout` only prints the one script."""

    specs: tuple[str, ...]
    out: str = "build"
    check: bool = False
    stdout: bool = False
    cluster: str | None = None
    relion: str | None = None
    jobs: tuple[str, ...] = ()
    format: str = "text"
    template: str | None = None  # a file
    extras: tuple[
        tuple[str, int, str], ...
    ] = ()  # by job and number: a site's template has entries of its own
    why: bool = False  # say why each plan is what it is
    trace: Trace | None = None  # is told of every search for a layout
    gui: bool = False  # make a template for RELION's window of each job
    untrusted: bool = (
        False  # whoever wrote the specs may not make relionc read elsewhere than in their repository
    )
    force: bool = False  # write over files that no build made, or that somebody changed since
    until: str | None = None  # print what this stage makes, write nothing
    settings: tuple[tuple[str, str], ...] = ()  # values in the place of the spec's, by dotted name

    @property
    def plain(self) -> bool:
        """Whether an unchanged repetition may be answered from the cache."""
        return (
            not (self.check or self.stdout or self.cluster or self.relion or self.jobs or self.template)
            and not self.gui
            and not self.settings
            and not self.untrusted
            and self.format == "text"
        )


def run(call: BuildCall) -> int:
    """Build each spec; nothing is written for one that has an error. Returns the exit code."""
    try:
        _check_names(call)
        if call.until:
            return _print_stage(call, call.until)
        compiled = [(path, *compile_one(path, call)) for path in call.specs]
        results = [result for _, result, _ in compiled]
        writes = not (call.check or call.stdout)
        show(results, call.format, always=writes and any(result.not_checked for result in results))
        if not all(result.ok for _, result, _ in compiled):
            return 1
        return max([_finish(path, result, disk, call) for path, result, disk in compiled])
    except (CallError, StoreError) as error:
        say.trouble(error)
        return 2


def _print_stage(call: BuildCall, stage: str) -> int:
    """Print what a stage makes of the spec, as far as it comes."""
    from relionc.pipeline.values import document

    result, _ = compile_one(call.specs[0], call, until=stage)
    show([result], call.format)
    if (text := document(result, stage)) is not None:
        say.json(text)
    return 0 if result.ok else 1


class Linter:
    """Says what is wrong with specs, of which there may be thousands: of each it returns only what is said."""

    def __init__(self, call: BuildCall) -> None:
        self._call = call
        self._shared = Shared()
        self._some = False

    def verdict(self, path: str, data: bytes | None) -> tuple[Verdict, Disk]:
        """Compile a spec, and write nothing; raises CallError. Without `data` it is read now."""
        if self._some and self._shared.alike is None:  # there are more than one
            self._shared.expect_more()
        self._some = True
        whole, disk = compile_one(path, self._call, until=LAST_TO_FIND, data=data, shared=self._shared)
        return verdict(whole), disk


def _check_names(call: BuildCall) -> None:
    if not call.out:
        raise CallError("-o names no folder")
    seen: dict[str, str] = {}
    for path in call.specs:
        name = stem(path)
        if not is_safe(name) or name.startswith("."):
            raise CallError(f"{path!r} cannot be built: its folder would be called {name!r}; rename the spec")
        if name in seen:
            raise CallError(
                f"{seen[name]} and {path} would both be built in {call.out}/{name}; use -o for one"
            )
        seen[name] = path
    if call.gui and (call.template or os.path.isabs(call.out)):
        raise CallError(
            "--gui makes templates of its own, in a folder below the project: no --template, no absolute -o"
        )
    if call.stdout and len(call.specs) > 1:
        raise CallError("--stdout prints one script: give one spec")
    if call.until and (len(call.specs) > 1 or call.stdout or call.check):
        raise CallError("--until prints what one stage makes of one spec: no --check, no --stdout, one spec")


def _check_encoding(path: str, call: BuildCall) -> None:
    """Refuse what artifacts would have to name, but cannot: bytes that are no text, which Python marks."""
    named = (path, call.cluster or "", call.template or "")
    for word in (*map(os.path.basename, named), *(text for *_, text in call.extras)):
        if any("\udc80" <= char <= "\udcff" for char in word):
            raise CallError(f"{word} is not UTF-8 text, as all that a script may hold must be")


def stem(path: str) -> str:
    """Return the name of a spec's build directory: its file name without the ending."""
    name = os.path.basename(path)
    for ending in (".yaml", ".yml"):
        name = name.removesuffix(ending)
    return "stdin" if path == STDIN else name


class Shared:
    """What specs of one call have in common, so that it is found once: settings of a folder, fine jobs."""

    def __init__(self) -> None:
        self.alike: Alike | None = None
        self.profiles: Profiles | None = None
        self.listings: Listings | None = None
        self._settings: dict[tuple[str, str], tuple[files.Settings | None, tuple[str, ...]]] = {}

    def expect_more(self) -> None:
        """Begin to remember what only pays where there are several specs."""
        from relionc.data.missing import Listings
        from relionc.pipeline.alike import Alike
        from relionc.pipeline.profile import Profiles

        self.alike, self.listings, self.profiles = Alike(), Listings(), Profiles()

    def settings(self, spec: str, within: str) -> tuple[files.Settings | None, tuple[str, ...]]:
        """Return the settings for a spec, and the folders of profiles; raises CallError."""
        key = os.path.dirname(spec), within
        if key not in self._settings:
            found = files.settings(spec, within)
            self._settings[key] = found, files.profile_folders(found)
        return self._settings[key]


def compile_one(
    path: str,
    call: BuildCall,
    *,
    until: str = LAST,
    data: bytes | None = None,
    shared: Shared | None = None,
) -> tuple[Compiled, Disk]:
    """Compile one spec of a call up to a stage; raises CallError. Without `data` it is read."""
    if until == LAST:
        _check_encoding(path, call)
    within = files.repository(path) if call.untrusted else ""
    if within and path != STDIN and not is_below(path, within):
        return _led_out(path), Disk(files.read, files.file_facts)
    skim, beside = Skim(within), os.path.dirname(path)
    lookups = files.Lookups(beside, shared.listings if shared else None)
    disk = Disk(
        files.read,
        lambda name, project: files.file_facts(name, project, skim),
        lambda name, project: lookups.look(name, project, skim),
        lambda: files.project_jobs(skim, beside),
    )
    found, folders = (shared or Shared()).settings(path, within)
    request = Request(
        path=path,
        data=disk.spec(path, files.read_spec(path) if data is None else data),
        cluster=call.cluster,
        default_cluster=found.cluster if found else None,
        folders=folders,
        relion=call.relion,
        jobs=call.jobs,
        why=call.why,
        trace=call.trace,
        template=_template(call),
        window=f"{call.out.rstrip('/')}/{stem(path)}" if call.gui else "",
        untrusted=call.untrusted,
        settings=_settings(call),
        alike=shared.alike if shared else None,
        profiles=shared.profiles if shared else None,
    )
    result = compile_spec(request, disk, until)
    left_out = _left_out(path, skim, disk)
    return result._replace(diagnostics=(*result.diagnostics, *left_out)), disk


def _settings(call: BuildCall) -> tuple[Setting, ...]:
    """Return the values that the call puts into its specs."""
    if not call.settings:
        return ()
    from relionc.source.overlay import Setting

    return tuple(Setting(name, text, "--set") for name, text in call.settings)


def _led_out(path: str) -> Compiled:
    message = "this spec is a link that leads out of the repository, where nothing is read for a stranger"
    return Compiled(diagnostics=(Diagnostic("RL920", ERROR, message, path, None),), sources={})


def _left_out(path: str, skim: Skim, disk: Disk) -> Iterator[Diagnostic]:
    """Yield what was not looked at of the data files."""
    if skim.kept_out:
        message = f"not looked at, outside the repository: {_few(skim.kept_out)}"
        yield Diagnostic("RL921", NOTE, message, path, None)
    cut = [name for (name, _), facts in disk.facts.items() if facts and facts.cut]
    if cut:
        message = f"too large to be counted: {_few(cut)}"
        advice = "say what the plan needs under `data:`, `particles:` for instance"
        yield Diagnostic("RL144", WARNING, message, path, None, advice)


def _few(names: Collection[str]) -> str:
    first = ", ".join(list(names)[:_FEW])
    return first if len(names) <= _FEW else f"{first} and {len(names) - _FEW:,} more"


def _template(call: BuildCall) -> QueueTemplate | None:
    if call.template is None:
        return None
    return QueueTemplate(
        call.template,
        files.read_template(call.template),
        {(job, number): text for job, number, text in call.extras},
    )


def _finish(path: str, result: Compiled, disk: Disk, call: BuildCall) -> int:
    """Write, compare or print the files of one spec."""
    from relionc.cli.summary import built, job_lines
    from relionc.store import build_dir

    assert result.files is not None  # noqa: S101 - run() stops before, where there was an error
    root = f"{call.out.rstrip('/')}/{stem(path)}"
    inputs, partial = dict(result.inputs), bool(call.jobs)
    if call.stdout:
        say.exact(_single_script(result), instead="build it, and look at the file")
        return 0
    if call.check:
        drift = build_dir.diff(root, result.files, inputs=inputs, version=__version__, partial=partial)
        say.result(drift)
        return 1 if drift else 0
    written = build_dir.write(
        root, result.files, inputs=inputs, version=__version__, partial=partial, force=call.force
    )
    jobs, total = job_lines(result.plans, result.points), len(result.files) + 1
    say.result(jobs + built(root, written, total))
    if call.plain and path != STDIN and all(each.severity == NOTE for each in result.diagnostics):
        _remember(path, root, result, disk, call.out, say.harmless(jobs + built(root, None, total)))
    return 0


def _single_script(result: Compiled) -> bytes:
    assert result.files is not None  # noqa: S101 - see _finish
    scripts = [text for name, text in result.files.items() if name.endswith(_SCRIPTS)]
    if len(scripts) != 1:
        names = ", ".join(plan.job.name for plan in result.plans)
        raise CallError(f"--stdout prints one script: choose a job with --job ({names})")
    return scripts[0]


def _remember(path: str, root: str, result: Compiled, disk: Disk, out: str, summary: str) -> None:
    """Keep the build, by the bytes that were compiled: a file edited since then is not what was built."""
    from relionc.store import manifest

    whole = {**(result.files or {}), manifest.NAME: regular.read(f"{root}/{manifest.NAME}", _MANIFEST)}
    inputs = seen(disk.files, [*settings_places(path), *disk.looked_at], disk.listed)
    said = with_notes(as_text([result]) if result.diagnostics or result.not_checked else "", summary)
    remember(path, out, root=root, files=whole, inputs=inputs, summary=said)
