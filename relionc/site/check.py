"""What a profile must get right beyond its shape: names that exist, possible amounts, working launchers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from relionc.diag import WARNING, Finding
from relionc.site import launchers
from relionc.site.overlay import exists
from relionc.site.read import MISSING_KEY, WRONG_VALUE
from relionc.site.types import BILLED, MODES
from relionc.slurm.options import ALWAYS, NEVER, NOBODY, OPTIONS, PLAN, meant
from relionc.slurm.sizes import format_memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from relionc.diag import Route
    from relionc.site.types import Cluster, Launcher, NodeType, Partition, Policy

UNKNOWN_NAME = "RL672"
BAD_OPTION = "RL654"
NO_SUCH_FACT, BAD_PLACEHOLDER, TWICE = "RL673", "RL674", "RL675"
IMPOSSIBLE, UNKNOWN_BASE, CONTRADICTION, SHARED_SCRATCH = "RL676", "RL677", "RL678", "RL679"

CHOICES: dict[str, tuple[str, ...]] = {
    "scheduler": ("slurm", "none"),
    "memory_flag": ("per_cpu", "per_node", "either"),
}
PLACEHOLDERS = ("ntasks", "cpus_per_task")
PLACING = ("nodes", "ranks_per_node", "tasks_per_node", "hostfile")


class Use(NamedTuple):
    """What is true of the launchers of one use.

    `placeholders` are filled in besides the usual ones; `counts`: it has to be told how many ranks to start; `inside`:
    it starts several in each task, so it has to place them. `of_mode`: it is for the mode of the same name alone.
    """

    name: str
    placeholders: tuple[str, ...] = ()
    counts: bool = False
    inside: bool = False
    of_mode: bool = False


USES = {
    use.name: use
    for use in (
        Use("batch", PLACING, counts=True),
        Use("interactive", PLACING),
        Use("serial"),
        Use("hetjob", ("workers", "leader_cpus"), of_mode=True),
        Use("one_task_per_node", PLACING, counts=True, inside=True, of_mode=True),
    )
}
LEAST_MEMORY_MIB = 1024
MOST_REPEATED = 16_384
MOST_MEMORY_MIB = 64 * 1024 * 1024


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name most like `name`, None where nothing is near."""
    from relionc.diag import near

    return (known := {n.lower(): n for n in names}).get(near.nearest(name.lower(), known, 0.5) or "")


def check(cluster: Cluster, value: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong with a profile; `value` is what its file says, for the routes of its sources."""
    yield from _check_choices(cluster)
    yield from _check_modes(cluster)
    for node in cluster.node_types.values():
        yield from _check_node(node, cluster)
    yield from _check_names_differ("node_types", cluster.node_types)
    for partition in cluster.partitions.values():
        yield from _check_partition(partition, cluster)
    yield from _check_partitions(cluster)
    for use, launcher in cluster.launchers.items():
        yield from _check_launcher(use, launcher, cluster)
    yield from _check_program(cluster.allocation, ("allocation",))
    for version, words in cluster.wrapper.items():
        yield from _check_program(words, ("wrapper", version))
    yield from _check_scratch(cluster)
    yield from _check_policy(cluster.policy)
    yield from _check_modules(cluster)
    yield from _check_sources(cluster, value)
    yield from _check_directives(cluster)
    yield from _check_length(cluster)


def _check_length(cluster: Cluster) -> Iterator[Finding]:
    """Yield a finding where the texts that every script repeats are too long together."""
    texts = [text for pair in (*cluster.environment, *cluster.directives) for text in pair if text]
    for by_version in (cluster.modules, cluster.wrapper):
        texts += [line for lines in by_version.values() for line in lines]
    texts += cluster.allocation
    for each in cluster.launchers.values():
        texts += (*each.argv, *each.arbitrary, *each.workers, *each.unset)
        texts += [text for pair in (*each.exports, *each.variables) for text in pair]
    if sum(map(len, texts)) + len(texts) > MOST_REPEATED:
        message = f"the lines and words that every script repeats have more than {MOST_REPEATED:,} characters"
        yield _impossible(message, (), "keep them in a file of their own, and source that")


def unknown(name: str, names: Iterable[str], what: str, route: Route, *, on_key: bool = False) -> Finding:
    """Return the finding for a name that is not among `names`, with the nearest one."""
    names = tuple(names)
    near = nearest(name, names)
    known = ", ".join(names) or "none"
    advice = f"did you mean `{near}`?" if near else f"there are: {known}"
    return Finding(code=UNKNOWN_NAME, message=f"no {what} `{name}`", route=route, help=advice, on_key=on_key)


def _check_choices(cluster: Cluster) -> Iterator[Finding]:
    for key, choices in CHOICES.items():
        chosen = getattr(cluster, key)
        if chosen and chosen not in choices:
            yield unknown(chosen, choices, key.replace("_", " "), (key,))


def _check_modes(cluster: Cluster) -> Iterator[Finding]:
    yield from _twice(cluster.modes, ("modes",))
    for index, mode in enumerate(cluster.modes):
        if mode not in MODES:
            yield unknown(mode, MODES, "way to distribute ranks", ("modes", index))
        elif _use(use := mode.replace("-", "_")).of_mode and use not in cluster.launchers:
            message = f"`modes` has {mode}, but no launcher says how to start it"
            advice = f"add `launchers: {{{use}: …}}`"
            yield Finding(code=CONTRADICTION, message=message, route=("modes", index), help=advice)
    if not cluster.modes:
        yield _impossible(
            "no way to distribute ranks is left", ("modes",), "leave `modes` out for the usual ones"
        )


def _check_node(node: NodeType, cluster: Cluster) -> Iterator[Finding]:
    route = ("node_types", node.name)
    yield from _twice(node.features, (*route, "features"))
    if not node.known and cluster.scheduler == "slurm":
        message = f"node type {node.name} has no CPUs"
        yield _impossible(
            message, (*route, "cpus"), "say how many CPUs Slurm counts (scontrol show node: CPUTot)"
        )
    if node.threads_per_core < 1 or node.cpus % max(node.threads_per_core, 1):
        message = f"{node.cpus} CPUs are not whole cores of {node.threads_per_core} threads"
        yield _impossible(
            message, (*route, "threads_per_core"), "Slurm's CPUs are hardware threads: cores x threads"
        )
    yield from _check_memory(node, route)
    yield from _check_gpus(node, route)


def _check_memory(node: NodeType, route: Route) -> Iterator[Finding]:
    memory = node.memory_mib
    if 0 < memory < LEAST_MEMORY_MIB:
        message = f"node type {node.name} has {format_memory(memory)} of memory"
        yield _impossible(message, (*route, "memory"), f"a plain number is MiB; write {memory}G for GiB")
    elif memory > MOST_MEMORY_MIB:
        message = f"node type {node.name} has {format_memory(memory)} of memory"
        yield _impossible(message, (*route, "memory"), "write the memory of one node, as 243G")


def _check_gpus(node: NodeType, route: Route) -> Iterator[Finding]:
    for key in ("gpu_type", "vram_gib", "gpu_threads", "cpus_per_gpu"):
        if getattr(node, key) and not node.gpus:
            name = key.removesuffix("_gib")
            message = f"node type {node.name} says `{name}` but has no GPUs"
            yield _impossible(message, (*route, name), f"add `gpus:`, or remove `{name}:`")
    if node.cpus_per_gpu * node.gpus > node.cpus > 0:
        message = f"{node.gpus} GPUs x {node.cpus_per_gpu} CPUs are more than the {node.cpus} of the node"
        yield _impossible(
            message, (*route, "cpus_per_gpu"), f"at most {node.cpus // node.gpus} go with each GPU"
        )


def _check_partition(partition: Partition, cluster: Cluster) -> Iterator[Finding]:
    route = ("partitions", partition.name)
    yield from _twice(partition.node_types, (*route, "node_types"))
    for index, name in enumerate(partition.node_types):
        if name not in cluster.node_types:
            yield unknown(name, cluster.node_types, "node type", (*route, "node_types", index))
    longest, usual = partition.max_time_s, partition.default_time_s
    if longest is not None and usual is not None and usual > longest:
        message = f"the default time of {partition.name} is longer than its longest"
        yield _impossible(message, (*route, "default_time"), "lower default_time, or raise max_time")
    fewest, most = partition.min_nodes, partition.max_nodes
    if fewest and most and fewest > most:
        message = f"a job in {partition.name} takes {fewest} nodes or more, and at most {most}"
        yield _impossible(message, (*route, "min_nodes"), "lower min_nodes, or raise max_nodes")
    for name, _ in partition.billing:
        if name not in BILLED:
            yield unknown(name, BILLED, "kind of billing", (*route, "billing", name), on_key=True)


def _check_partitions(cluster: Cluster) -> Iterator[Finding]:
    yield from _check_names_differ("partitions", cluster.partitions)
    if cluster.scheduler == "slurm" and not cluster.partitions:
        message = "a Slurm cluster has partitions, this profile has none"
        yield Finding(code=MISSING_KEY, message=message, help="add `partitions:` (sinfo lists them)")
    defaults = [partition.name for partition in cluster.partitions.values() if partition.default]
    for name in defaults[1:]:
        message = f"{defaults[0]} and {name} are both the default partition"
        yield Finding(
            code=TWICE, message=message, route=("partitions", name, "default"), help="leave one default"
        )


def _check_launcher(use: str, launcher: Launcher, cluster: Cluster) -> Iterator[Finding]:
    route = ("launchers", use)
    if use not in USES:
        yield unknown(use, USES, "use of a launcher", route, on_key=True)
    of_use = _use(use)
    # Without a scheduler nobody writes a hostfile, and there is one node.
    names = (*PLACEHOLDERS, *(of_use.placeholders if cluster.scheduler == "slurm" else ()))
    texts: list[tuple[Route, str]] = [
        ((*route, key, index), word)
        for key in ("argv", "arbitrary", "workers")
        for index, word in enumerate(getattr(launcher, key))
    ]
    texts += [((*route, "exports", name), value) for name, value in launcher.exports]
    yield from _check_program(launcher.argv, (*route, "argv"))
    wrong = [finding for place, text in texts for finding in _check_placeholders(text, place, names)]
    yield from wrong or _check_counts(of_use, launcher, route)
    yield from _check_placing(of_use, launcher, route)
    yield from _check_mpi(launcher, route, cluster)


_TOLD_BY = {
    launchers.HOSTFILE: "{hostfile} among its words",
    launchers.VARIABLE: "a `hostfile_variable`",
    launchers.TASKS_PER_NODE: "{tasks_per_node} in its words or exports",
}


def _check_placing(use: Use, launcher: Launcher, route: Route) -> Iterator[Finding]:
    """Yield what contradicts itself in how a launcher is told where ranks go."""
    said = launcher.places_ranks_by
    if said and said not in launchers.WAYS:
        yield unknown(said, launchers.WAYS, "way to place ranks", (*route, "places_ranks_by"))
    elif said in _TOLD_BY and not launchers.is_told(launcher, said):
        message = f"`places_ranks_by: {said}`, but nothing tells the launcher"
        yield _contradiction(message, (*route, "places_ranks_by"), f"it takes {_TOLD_BY[said]}")
    elif not said and not use.inside and _half_told(launcher):
        advice = (
            "give both, or neither; a launcher that needs the variable alone has `places_ranks_by: variable`"
        )
        yield _contradiction("`arbitrary` and `hostfile_variable` go together", route, advice)
    if launcher.hostfile_row:
        yield from _check_row(launcher, (*route, "hostfile_row"))


def _check_row(launcher: Launcher, route: Route) -> Iterator[Finding]:
    """Yield what is wrong with a row of a hostfile."""
    row, names = launcher.hostfile_row, launchers.ROW_PLACEHOLDERS
    wrong = list(_check_placeholders(row, route, names))
    yield from wrong
    if not wrong and "{host}" not in row:
        message = f"a row `{row}` of a hostfile names no host"
        yield Finding(code=BAD_PLACEHOLDER, message=message, route=route, help='write "{host}:{count}", say')
    if not any(launchers.is_told(launcher, way) for way in (launchers.HOSTFILE, launchers.VARIABLE)):
        message = "`hostfile_row` is said, but the launcher takes no hostfile"
        yield _contradiction(message, route, f"it takes {_TOLD_BY[launchers.HOSTFILE]}")


def _half_told(launcher: Launcher) -> bool:
    """Whether one of the two is missing by which srun places ranks, and no word says where they go."""
    if launcher.hostfile_variable:
        return not launcher.arbitrary
    return bool(launcher.arbitrary) and launchers.places_by(launcher) == launchers.NOTHING


def _contradiction(message: str, route: Route, advice: str) -> Finding:
    return Finding(code=CONTRADICTION, message=message, route=route, help=advice)


def _use(name: str) -> Use:
    return USES.get(name, Use(name))


def _check_program(words: tuple[str, ...], route: Route) -> Iterator[Finding]:
    """Yield a finding for a command in one text (each item is one word), and for one that a shell takes for a job."""
    if words and " " in words[0].strip():
        message = f"`{words[0]}` is one word, the name of a program"
        advice = f"write a list, as [{', '.join(words[0].split())}]"
        yield Finding(code=WRONG_VALUE, message=message, route=route, help=advice)
    if words and words[0].startswith("%"):
        message = f"a shell takes {words[0]!r} for one of its jobs, not for a program"
        yield _impossible(message, (*route, 0), "write the name of the program")


def _check_counts(use: Use, launcher: Launcher, route: Route) -> Iterator[Finding]:
    """Yield what a launcher has to be told in so many words, because the allocation says something else."""
    told = " ".join((*launcher.argv, *launcher.arbitrary))
    name = use.name.replace("_", "-")
    by_node = launchers.places_by(launcher) == launchers.TASKS_PER_NODE
    if use.counts and "{ntasks}" not in told and not by_node:
        message = f"the {name} launcher does not say how many ranks to start"
        advice = "pass {ntasks} explicitly: fewer or more ranks are started than Slurm allocates tasks"
        yield Finding(code=BAD_PLACEHOLDER, message=message, route=(*route, "argv"), help=advice)
    if use.inside and launchers.start(launcher, placed=True, counted=True) is None:
        message = f"the {name} launcher does not say how many ranks each node gets"
        advice = "pass {hostfile}, which has one row per rank, or name a `hostfile_variable`"
        yield Finding(code=BAD_PLACEHOLDER, message=message, route=(*route, "argv"), help=advice)


def _check_placeholders(word: str, route: Route, names: tuple[str, ...]) -> Iterator[Finding]:
    """Yield the `{names}` of a word that nobody fills in; `${NAME}` is the shell's."""
    for index, part in enumerate(word.split("{")[1:]):
        name = part.partition("}")[0]
        if word.split("{")[index].endswith("$") or (name in names and "}" in part):
            continue
        near = nearest(name, names)
        known = ", ".join(f"{{{each}}}" for each in names)
        advice = f"did you mean {{{near}}}?" if near else f"there are {known}"
        message = f"nothing fills in `{{{name}}}` in `{word}`"
        yield Finding(code=BAD_PLACEHOLDER, message=message, route=route, help=advice)


def _check_mpi(launcher: Launcher, route: Route, cluster: Cluster) -> Iterator[Finding]:
    if not launcher.mpi:
        return
    if cluster.mpi_plugins and launcher.mpi not in cluster.mpi_plugins:
        yield unknown(launcher.mpi, cluster.mpi_plugins, "MPI plugin of this Slurm", (*route, "mpi"))
    if not any(launcher.mpi in word for word in launcher.argv):
        message = f"`mpi: {launcher.mpi}` is not what the words of the launcher say"
        yield Finding(
            code=CONTRADICTION, message=message, route=(*route, "mpi"), help="make `argv` and `mpi` agree"
        )


def _check_scratch(cluster: Cluster) -> Iterator[Finding]:
    scratch = cluster.scratch
    if scratch is None:
        return
    if scratch.path and not scratch.path.startswith(("/", "$")):
        message = f"the scratch path `{scratch.path}` is not absolute"
        yield Finding(
            code=WRONG_VALUE, message=message, route=("scratch", "path"), help=f"write /{scratch.path}"
        )
    elif "${" not in scratch.path and cluster.scheduler == "slurm":
        message = (
            "every job gets the same scratch folder; a second job on a node deletes the first one's particles"
        )
        advice = f"write {scratch.path.rstrip('/')}/${{SLURM_JOB_ID}}"
        route: Route = ("scratch", "path")
        yield Finding(code=SHARED_SCRATCH, message=message, route=route, help=advice, severity=WARNING)
    if scratch.gres and not any(node.scratch_gib for node in cluster.node_types.values()):
        message = f"scratch is the gres `{scratch.gres}`, but no node type says how much it has"
        yield Finding(
            code=MISSING_KEY, message=message, route=("scratch", "gres"), help="add `scratch:` to node types"
        )


def _check_policy(policy: Policy) -> Iterator[Finding]:
    route: Route = ("policy",)
    if policy.memory_factor < 1:
        message = f"estimates of memory would be multiplied by {policy.memory_factor:g}, so jobs would get too little"
        yield _impossible(message, (*route, "memory_factor"), "write 1 or more")
    for name, threads in policy.threads:
        if threads < 1:
            message = f"a task of {name} would have no CPU"
            yield _impossible(message, (*route, "threads", name), "write 1 or more")
    for mode, _ in policy.mode_cpus:
        if mode not in MODES:
            where = (*route, "idle_cpus", mode)
            yield unknown(mode, MODES, "way to distribute ranks", where, on_key=True)


def _check_modules(cluster: Cluster) -> Iterator[Finding]:
    yield from _twice(cluster.versions, ("versions",))
    if not cluster.versions:
        return
    for key, by_version in (("modules", cluster.modules), ("wrapper", cluster.wrapper)):
        for version in by_version:
            if version != "*" and version not in cluster.versions:
                yield unknown(version, cluster.versions, "RELION version", (key, version), on_key=True)


def _check_sources(cluster: Cluster, value: Mapping[str, Any]) -> Iterator[Finding]:
    for path in cluster.sources:
        if not exists(value, path):
            message = f"a source for `{path}`, which this profile does not have"
            route = ("sources", path)
            advice = "paths are keys joined by dots, as node_types.NAME.memory"
            yield Finding(code=NO_SUCH_FACT, message=message, route=route, help=advice, on_key=True)


def _check_directives(cluster: Cluster) -> Iterator[Finding]:
    for name, value in cluster.directives:
        route, option = ("directives", name), OPTIONS.get(name)
        if option is None:
            message = f"{name[:64]!r} is not the full name of an sbatch option"
            yield Finding(code=BAD_OPTION, message=message, route=route, help=meant(name), on_key=True)
        elif option.owner == PLAN:
            message = f"the profile `{cluster.name}` gives every job `--{name}`, which the plan decides"
            advice = f"take `{name}` out of the profile's `directives`"
            yield Finding(code="RL650", message=message, route=route, help=advice, on_key=True)
        elif option.owner == NOBODY:
            message = f"`{name}` does not go with RELION jobs: {option.why}"
            yield Finding(code=BAD_OPTION, message=message, route=route, help="take it out", on_key=True)
        elif option.value == (ALWAYS if value is None else NEVER):
            message = f"`{name}` {'needs a' if value is None else 'takes no'} value"
            yield Finding(code=WRONG_VALUE, message=message, route=route, help="true stands for no value")


def _check_names_differ(key: str, names: Iterable[str]) -> Iterator[Finding]:
    """Yield names that differ only in case: Slurm tells them apart, people do not."""
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(name.lower(), name)
        if first != name:
            message = f"`{first}` and `{name}` differ only in upper and lower case"
            yield Finding(code=TWICE, message=message, route=(key, name), help="rename one", on_key=True)


def _twice(words: tuple[str, ...], route: Route) -> Iterator[Finding]:
    for index, word in enumerate(words):
        if word in words[:index]:
            yield Finding(
                code=TWICE, message=f"`{word}` stands twice", route=(*route, index), help="remove one"
            )


def _impossible(message: str, route: Route, advice: str) -> Finding:
    return Finding(code=IMPOSSIBLE, message=message, route=route, help=advice)
