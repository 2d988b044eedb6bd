"""A profile's values → `Cluster`. Shapes are the schema's business; what slips through is a finding too."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from relionc.diag import Finding
from relionc.site.types import (
    PROGRAM_VARIABLE,
    USUAL_MODES,
    Builds,
    Cluster,
    Launcher,
    NodeType,
    Partition,
    Policy,
    Qos,
    RanksOfGpu,
    ScratchDisk,
    Source,
)
from relionc.slurm.sizes import parse_size
from relionc.slurm.syntax import SlurmSyntaxError
from relionc.slurm.times import UNLIMITED, parse_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relionc.diag import Route
    from relionc.site.types import Plain

WRONG_VALUE, MISSING_KEY = "RL670", "RL671"
BAD_NAME = "RL655"
MOST_ITEMS = 2000
"""Names or words in any one place of a profile: no cluster has more partitions or kinds of nodes."""
MOST_GPUS = 1024
"""GPUs of a node: a search looks at every number of them."""
_MOST_SHOWN = 8
"""Words that an advice repeats."""
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""A name that a shell can export."""
SLURM_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+@:/-]*")
"""A partition, a gres or a type of it: nothing that sbatch, a list or a shell reads as more than a name."""
VERSION = re.compile(r"\d{1,4}\.\d{1,4}")
"""A version of a library, as others compare it."""
FEATURE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+@:/=-]*")
"""A feature of nodes; sites have `gpu=3090`."""
PATH = re.compile(r"(?:\$\{[A-Za-z_][A-Za-z0-9_]*\}|[\w/.,:=@%+-])+")
"""A folder that RELION may put into commands of its own, without quotes (`rm -rf` of its scratch folder)."""
ROW = re.compile(r"[A-Za-z0-9_.,@:;=+*/{} -]+")
"""A row of a hostfile: no mark that a shell reads, between its placeholders."""
LOOKS_BLANK = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
"""Letters and marks that show nothing, and that Unicode does not count among the blanks."""
SHOWN = re.compile(r"[^\W]+(?:[ .+@:/=*-]+\w+)*|\*")
"""A name that only people and profiles use."""
ASCII = "ASCII letters, digits, and marks inside a name"
PROVENANCE = ("source", "date", "unverified")
TOP_ONLY = ("profile", "extends", "sources")
FREE_NAMES = (
    "environment",
    "exports",
    "directives",
    "modules",
    "variables",
    "wrapper",
)  # whose keys the profile's author invents


MOST_TASKS = 4_000_001
"""The largest MaxArraySize that Slurm takes."""


class Section:
    """One mapping of a profile; every getter returns a usable value and files a finding about a bad one."""

    def __init__(self, value: Plain, route: Route, findings: list[Finding]) -> None:
        self.route = route
        self.findings = findings
        self.value: Mapping[str, Plain] = {}
        self.broken = not isinstance(value, Mapping)
        if isinstance(value, Mapping):
            self.value = value
        else:
            self._wrong(None, "a mapping of keys to values")

    def names(self, form: re.Pattern[str], what: str) -> Iterator[str]:
        """Yield the keys, and file a finding for each that is not `what`, or where there are too many."""
        for number, key in enumerate(self.value):
            if number == MOST_ITEMS:
                self._too_many(())
                return
            if form.fullmatch(str(key)):
                yield str(key)
            else:
                self._name(str(key), what, (key,), on_key=True)

    def name(self, key: str, form: re.Pattern[str], what: str, advice: str = ASCII) -> str:
        """Return a text that is a name of this form; empty where there is none."""
        text = self.text(key)
        if text and not form.fullmatch(text):
            self._name(text, what, (key,), advice)
        return text

    def name_list(self, key: str, form: re.Pattern[str], what: str) -> tuple[str, ...]:
        """Return a list of names of this form."""
        words = self.words(key)
        for index, word in enumerate(words):
            if not form.fullmatch(word):
                many = isinstance(self.value[key], (list, tuple))
                parts = [part.strip() for part in word.split(",")]
                listed = len(parts) > 1 and all(form.fullmatch(part) for part in parts)
                advice = f"write a list, as [{', '.join(parts[:_MOST_SHOWN])}]" if listed else ASCII
                self._name(word, what, (key, index) if many else (key,), advice)
        return words

    def _too_many(self, route: Route) -> None:
        message = f"there are more than {MOST_ITEMS:,} of these"
        self._file(WRONG_VALUE, route, message, "leave out those that no job needs")

    def _name(self, name: str, what: str, route: Route, advice: str = ASCII, *, on_key: bool = False) -> None:
        message = f"{name[:64]!r} is not {what}"
        where = (*self.route, *route)
        self.findings.append(Finding(code=BAD_NAME, message=message, route=where, help=advice, on_key=on_key))

    def text(self, key: str, default: str = "") -> str:
        """Return a one-line text; numbers give what the user typed."""
        value = self.value.get(key)
        return default if value is None else self._text(value, key)

    def number(self, key: str, default: int = 0, most: int | None = None) -> int:
        """Return a whole number, not negative and at most `most`."""
        value = self.value.get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self._wrong(key, "a whole number")
            return default
        if most is not None and value > most:
            self._wrong(key, f"at most {most:,}")
            return default
        return int(value)

    def real(self, key: str, default: float = 0.0) -> float:
        """Return a number, not negative; it may have decimals."""
        value = self.value.get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
            self._wrong(key, "a number, not negative")
            return default
        return float(value)

    def numbers(self, key: str) -> tuple[tuple[str, int], ...]:
        """Return a mapping of names to whole numbers, in order."""
        section = self.section(key)
        return tuple((name, section.number(name)) for name in section.names(SHOWN, "a name"))

    def flag(self, key: str) -> bool:
        """Return a true or false, by default false."""
        value = self.value.get(key)
        if value is not None and not isinstance(value, bool):
            self._wrong(key, "true or false")
        return value is True

    def words(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; a single text is a list of one."""
        value = self.value.get(key)
        if value is None:
            return ()
        items = value if isinstance(value, (list, tuple)) else [value]
        if len(items) > MOST_ITEMS:
            self._too_many((key,))
            items = items[:MOST_ITEMS]
        return tuple(self._text(item, key, index) for index, item in enumerate(items))

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """Return a mapping of names of variables to texts, in order."""
        section = self.section(key)
        return tuple((name, section.text(name)) for name in section.names(VARIABLE, "the name of a variable"))

    def size(self, key: str, unit: str = "M") -> int:
        """Return MiB of a size in Slurm's spelling; `unit` is that of a plain number."""
        return self._parsed(key, lambda text: parse_size(text, unit)) or 0

    def time(self, key: str) -> int | None:
        """Return seconds of a time in Slurm's spelling; None for no limit."""
        seconds = self._parsed(key, parse_time)
        return None if seconds is None or seconds >= UNLIMITED else seconds

    def section(self, key: str) -> Section:
        """Return the mapping at `key`, an empty one where there is none."""
        value = self.value.get(key)
        return Section({} if value is None else value, (*self.route, key), self.findings)

    def sections(self, key: str, form: re.Pattern[str], what: str) -> Iterator[tuple[str, Section]]:
        """Yield the mappings at `key` whose names have this form."""
        parent = self.section(key)
        for name in parent.names(form, what):
            yield name, parent.section(name)

    def needs(self, what: str, *keys: str) -> None:
        """File a finding for each key that is missing; `what` names the section for people."""
        for key in () if self.broken else keys:
            if self.value.get(key) is None:
                self._file(MISSING_KEY, (), f"{what} does not say `{key}`", f"add `{key}:`")

    def _text(self, value: Plain, *key: str | int) -> str:
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            self._wrong(key[0], "a text", *key[1:])
            return ""
        text = str(getattr(value, "text", value))
        hidden = next((sign for sign in text if not sign.isprintable() or sign in LOOKS_BLANK), None)
        if (
            hidden
        ):  # a line break would become a second line of a script; other blanks are not what they look like
            message = f"`{key[0]}` has a character that nobody sees, U+{ord(hidden):04X}"
            self._file(WRONG_VALUE, key, message, "write one line of text, with plain spaces")
            return ""
        return text

    def _parsed(self, key: str, parse: Callable[[str], int]) -> int | None:
        text = self.text(key)
        if not text:
            return None
        try:
            return parse(text)
        except SlurmSyntaxError as error:
            self._file(WRONG_VALUE, (key,), f"{key}: {error.message}", error.help)
            return None

    def _wrong(self, key: str | int | None, wanted: str, *more: str | int) -> None:
        route = () if key is None else (key, *more)
        what = key if key is not None else (self.route[-1] if self.route else "the profile")
        self._file(WRONG_VALUE, route, f"`{what}` must be {wanted}", f"write {wanted}")

    def _file(self, code: str, route: Route, message: str, advice: str) -> None:
        self.findings.append(Finding(code=code, message=message, route=(*self.route, *route), help=advice))


def cluster(value: Mapping[str, Plain], findings: list[Finding]) -> Cluster:
    """Return the cluster that a whole profile describes; what is wrong is added to `findings`."""
    top = Section(value, (), findings)
    top.needs("the profile", "name", "scheduler", "node_types", "launchers")
    kinds = {
        name: tuple(_node_types(name, section))
        for name, section in top.sections("node_types", SHOWN, "a name")
    }
    return Cluster(
        name=top.text("name"),
        title=top.text("title"),
        scheduler=top.text("scheduler"),
        node_types={node.name: node for nodes in kinds.values() for node in nodes},
        partitions={
            name: _partition(name, section, kinds)
            for name, section in top.sections("partitions", SLURM_NAME, "the name of a partition")
        },
        launchers={
            use: _launcher(use, section) for use, section in top.sections("launchers", SHOWN, "a name")
        },
        scratch=_scratch(top.section("scratch")),
        policy=_policy(top.section("policy")),
        memory_flag=top.text("memory_flag", "either"),
        on_warning=top.text("on_warning", "say"),
        max_array_size=top.number("max_array_size", most=MOST_TASKS),
        gres_gpu=top.name("gres_gpu", SLURM_NAME, "the name of a gres") or "gpu",
        versions=top.words("versions"),
        modules=_by_version(top.section("modules")),
        environment=_environment(top),
        allocation=top.words("allocation"),
        directives=tuple(_directives(top.section("directives"))),
        sources=collect_sources(value, findings),
        date=top.text("date"),
        slurm=top.text("slurm"),
        mpi=top.text("mpi"),
        mpi_plugins=top.words("mpi_plugins"),
        notes=top.words("notes"),
        modes=USUAL_MODES if top.value.get("modes") is None else top.words("modes"),
        wrapper=_by_version(top.section("wrapper")),
        relion=_builds(top.section("relion")),
        require=top.words("require"),
        gpu_flag=top.text("gpu_flag", "gres"),
        programs=top.pairs("programs"),
        qos={name: _qos(name, section) for name, section in top.sections("qos", SLURM_NAME, "a QOS")},
    )


def _environment(top: Section) -> tuple[tuple[str, str], ...]:
    """Return the variables for RELION: as they are said, then those of programs that they do not say."""
    said = top.pairs("environment")
    variables = ((PROGRAM_VARIABLE.format(name.upper()), path) for name, path in top.pairs("programs"))
    return (*said, *((name, path) for name, path in variables if name not in dict(said)))


def _qos(name: str, section: Section) -> Qos:
    return Qos(
        name=name,
        max_time_s=section.time("max_time"),
        max_nodes=section.number("max_nodes") or None,
        min_gpus=section.number("min_gpus") or None,
        max_gpus=section.number("max_gpus") or None,
        max_cpus=section.number("max_cpus") or None,
    )


def _builds(section: Section) -> Builds:
    return Builds(
        precision=section.text("precision"),
        glibc=section.name("glibc", VERSION, "a version of glibc", 'write two numbers: "2.34"'),
    )


def _by_version(section: Section) -> dict[str, tuple[str, ...]]:
    return {version: section.words(version) for version in section.names(SHOWN, "a version")}


def _node_types(name: str, section: Section) -> Iterator[NodeType]:
    """Yield a node type for each kind of GPU of the nodes: a job takes GPUs of one kind."""
    gpus = section.value.get("gpus")
    if not isinstance(gpus, (list, tuple)):
        yield _node_type(name, section, section)
        return
    for index in range(len(gpus)):
        kind = Section(gpus[index], (*section.route, "gpus", index), section.findings)
        kind.needs(f"each kind of GPU of {name}", "type")
        called = name if index == 0 else f"{name}:{kind.text('type')}"
        found = _node_type(called, section, kind)
        yield found._replace(gpu_type=kind.name("type", SLURM_NAME, "a type of GPU"))


def _node_type(name: str, section: Section, gpus: Section) -> NodeType:
    """Return a node type; `gpus` is the section that describes its GPUs, mostly the same."""
    section.needs(f"node type {name}", "cpus", "memory")
    number = gpus.number("gpus" if gpus is section else "count", 0 if gpus is section else 1, MOST_GPUS)
    shared = gpus.flag("mig"), gpus.number("shards")
    share, least = _cpus_per_gpu(gpus)
    feature = gpus.name("gpu_feature", FEATURE, "a feature of nodes")
    features = section.name_list("features", FEATURE, "a feature of nodes")
    return NodeType(
        name=name,
        count=section.number("count", 1),
        cpus=max(0, section.number("cpus") - section.number("reserved_cpus")),
        threads_per_core=section.number("threads_per_core", 1),
        memory_mib=max(0, section.size("memory") - section.size("reserved_memory")),
        scratch_gib=section.size("scratch", "G") // 1024,
        gpu_type=section.name("gpu_type", SLURM_NAME, "a type of GPU"),
        gpus=min(number, 1) if any(shared) else number,
        vram_gib=gpus.size("vram", "G") / 1024,
        gpu_threads=gpus.number("gpu_threads"),
        cpus_per_gpu=share,
        features=features if not feature or feature in features else (*features, feature),
        until=section.text("until"),
        slices=number if shared[0] else 0,
        shards=shared[1],
        gpu_feature=feature,
        least_cpus_per_gpu=least,
        arch=section.text("arch"),
        modules=tuple(_by_version(section.section("modules")).items()),
        wrapper=tuple(_by_version(section.section("wrapper")).items()),
    )


def _cpus_per_gpu(section: Section) -> tuple[int, int]:
    """Return the most and the least CPUs that go with a GPU; a number alone is the most."""
    if not isinstance(section.value.get("cpus_per_gpu"), Mapping):
        return section.number("cpus_per_gpu"), 0
    both = section.section("cpus_per_gpu")
    exactly = both.number("exactly")
    return exactly or both.number("most"), exactly or both.number("least")


def _partition(name: str, section: Section, kinds: Mapping[str, tuple[NodeType, ...]]) -> Partition:
    section.needs(f"partition {name}", "node_types")
    return Partition(
        name=name,
        node_types=tuple(
            node.name if node else each
            for each in section.words("node_types")
            for node in kinds.get(each, (None,))
        ),
        default=section.flag("default"),
        max_time_s=section.time("max_time"),
        default_time_s=section.time("default_time"),
        max_nodes=section.number("max_nodes") or None,
        max_memory_per_node_mib=section.size("max_memory_per_node") or None,
        max_memory_per_cpu_mib=section.size("max_memory_per_cpu") or None,
        min_nodes=section.number("min_nodes") or None,
        max_cpus_per_node=section.number("max_cpus_per_node") or None,
        billing=_billing(section.section("billing")),
        exclusive=section.flag("exclusive"),
        named=section.flag("named") or section.value.get("named") is None,
        min_gpus=section.number("min_gpus") or None,
        max_gpus=section.number("max_gpus") or None,
        max_cpus=section.number("max_cpus") or None,
        directives=tuple(_directives(section.section("directives"))),
    )


def _billing(section: Section) -> tuple[tuple[str, float], ...]:
    return tuple((name, section.real(name)) for name in section.names(SHOWN, "a name"))


def _launcher(use: str, section: Section) -> Launcher:
    section.needs(f"the launcher for {use}", "argv")
    return Launcher(
        name=section.text("name"),
        argv=section.words("argv"),
        arbitrary=section.words("arbitrary"),
        hostfile_variable=section.name("hostfile_variable", VARIABLE, "the name of a variable"),
        unset=section.name_list("unset", VARIABLE, "the name of a variable"),
        exports=section.pairs("exports"),
        mpi=section.name("mpi", SLURM_NAME, "the name of an MPI plugin"),
        workers=section.words("workers"),
        variables=section.pairs("variables"),
        places_ranks_by=section.text("places_ranks_by"),
        hostfile_row=section.name("hostfile_row", ROW, "a row of a hostfile", f"{ASCII}, and no variables"),
        daemons=section.flag("daemons") if section.value.get("daemons") is not None else None,
    )


def _scratch(section: Section) -> ScratchDisk | None:
    if not section.value:
        return None
    section.needs("scratch", "path")
    advice = "no spaces and no marks of a shell; a variable as ${NAME}"
    return ScratchDisk(
        path=section.name("path", PATH, "a folder that RELION's own commands can name", advice),
        gres=section.name("gres", SLURM_NAME, "the name of a gres"),
        required=section.flag("required"),
        minimum_gib=-(-section.size("minimum", "G") // 1024),
        default_gib=-(-section.size("default", "G") // 1024),
        private=section.flag("private"),
        tmp=section.flag("tmp"),
        feature=section.name("feature", FEATURE, "a feature of nodes"),
        burst_buffer=section.text("burst_buffer"),
    )


def _policy(section: Section) -> Policy:
    default = Policy()
    return Policy(
        cpu_threads=section.number("cpu_threads", default.cpu_threads),
        gpu_threads=section.number("gpu_threads", default.gpu_threads),
        memory_per_cpu_mib=section.size("memory_per_cpu") or default.memory_per_cpu_mib,
        ntasks=section.number("ntasks", default.ntasks),
        time_s=section.time("time") or default.time_s,
        memory_factor=section.real("memory_factor", default.memory_factor),
        threads=section.numbers("threads"),
        mode_cpus=section.numbers("idle_cpus"),
        ranks_per_gpu=tuple(
            RanksOfGpu(name, each.number("ranks", 1), each.size("vram", "G") / 1024)
            for name, each in section.sections("ranks_per_gpu", SHOWN, "a job type")
        ),
    )


def _directives(section: Section) -> Iterator[tuple[str, str | None]]:
    """Yield sbatch options: `true` is an option without a value, `false` leaves it out."""
    for name, value in section.value.items():
        if isinstance(value, bool):
            if value:
                yield str(name), None
        else:
            yield str(name), section.text(name)


def collect_sources(value: Mapping[str, Plain], findings: list[Finding]) -> dict[str, Source]:
    """Return every source of a profile by the dotted path of what it speaks for."""
    found = {path: source for path, part in _described(value, ()) if (source := _source(part))}
    parent = Section(value, (), findings).section("sources")
    for path in parent.value:
        part = parent.value[path]
        section = (
            Section({"source": part}, parent.route, findings)
            if isinstance(part, str)
            else parent.section(path)
        )
        found[str(path)] = _source(section) or Source("")
    return found


def _described(value: Mapping[str, Plain], route: tuple[str, ...]) -> Iterator[tuple[str, Section]]:
    """Yield the profile and every mapping inside it that has a source, a date or a doubt of its own."""
    if any(key in value for key in PROVENANCE):
        yield ".".join(route), Section(value, route, [])
    for key, part in value.items():
        if isinstance(part, Mapping) and key not in (*TOP_ONLY, *FREE_NAMES):
            yield from _described(part, (*route, str(key)))


def _source(section: Section) -> Source | None:
    if not any(key in section.value for key in PROVENANCE):
        return None
    return Source(section.text("source"), section.text("date"), section.flag("unverified"))
