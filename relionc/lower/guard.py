"""What the guard of a job has to know: the facts of its plan, and how it goes on where it was stopped."""

from __future__ import annotations

from binascii import crc32
from math import ceil

from relionc.expr.refs import show
from relionc.ir import Guard, ShellRef
from relionc.lower import directives, launch
from relionc.lower.shell_words import path_word, profile_word, word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relionc.expr import AnyText
    from relionc.ir import CommandLine, Word
    from relionc.lower.script import JobCommands
    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster

_OF_PLAN = frozenset(["ranks", "threads", "use_gpu", "gpu_ids", "scratch_dir", "preread", "queue"])
"""Roles of options that say how a job runs, not what it computes."""
FROM = ShellRef("from")


def guard(
    plan: JobPlan,
    commands: JobCommands,
    resumed: JobCommands | None,
    cluster: Cluster,
    identity: str,
) -> Guard:
    """Return the guard of a job; `resumed` are the commands with which RELION goes on, where it can."""
    again = () if resumed is None else tuple(_going_on(plan, commands, resumed, cluster))
    steps = launch.steps(plan, zip(again, resumed.parallel, strict=True), cluster) if resumed else ()
    ranks = next((step for step, on in zip(commands.commands, commands.parallel, strict=True) if on), None)
    started = launch.starts(plan, cluster) if ranks else ((), ())
    return Guard(
        facts=(("identity", (identity,)), *_facts(plan, commands, cluster)),
        launch=started[0],
        second=started[1],
        wrapper=tuple(map(profile_word, launch.wrapper_of(plan, cluster))),
        inputs=tuple(files_of(commands.input_nodes)),
        results=tuple(files_of(commands.output_nodes)),
        resume=steps,
    )


def files_of(nodes: Sequence[tuple[str, str]]) -> Iterator[Word]:
    """Yield, each once, the paths of the nodes that are files: RELION's word for none is none."""
    seen = set()
    for path, _ in nodes:
        if path and path != "None" and path not in seen and "$" not in path:
            seen.add(path)
            yield (path,)


def _facts(plan: JobPlan, commands: JobCommands, cluster: Cluster) -> Iterator[tuple[str, Word]]:
    """Yield what there is to say, each as name and word; what is nothing is not said."""
    job = plan.job
    control = job.type.program["control"]
    said = bool(control) and any((control,) in command.words for command in commands.commands)
    texts: dict[str, str | int] = {
        "job": job.name,
        "relion": job.type.version,
        "resume": job.type.traits.resume,
        "restart": "auto" if job.restart else "off",
        "overwrite": "yes" if job.overwrite else "continue" if job.is_continue else "",
        "marker": "yes" if said else "",
        "warnings": "end" if cluster.on_warning == "end" else "",
        "ranks": plan.ntasks,
        "nodes": plan.nodes if plan.placement.exact and cluster.scheduler == "slurm" else "",
    }
    for name, text in texts.items():
        if text:
            yield name, (str(text),)
    yield "output", word(job.output)
    if job.project:
        yield "project", path_word(job.project)
    yield "program", commands.commands[0].words[0] if commands.commands else ("",)
    root = _root(plan, commands)
    if root is not None:
        yield "root", root
    if job.restart and job.type.traits.resume and cluster.scheduler == "slurm" and not job.interactive:
        yield "notice", (str(directives.notice_s(plan.time_s)),)
    yield from _of_nodes(plan, cluster)


def _of_nodes(plan: JobPlan, cluster: Cluster) -> Iterator[tuple[str, Word]]:
    group, leader = plan.workers, plan.leader
    ranks = plan.ntasks - (leader is not None)
    yield "cpus", (str(ranks * plan.cpus_per_task + (leader.cpus_per_task if leader else 0)),)
    if plan.memory.sure_gib:
        yield "memory_mib", (str(ceil(plan.memory.sure_gib * 1024)),)
    if group.gpus_per_node and plan.gpus.used:
        yield "gpus", (str(group.gpus_per_node),)
    if plan.scratch.folder:
        yield "scratch", launch.scratch_of_workers(plan, cluster)
        if group.scratch_gib:
            yield "scratch_gib", (str(group.scratch_gib),)
        copied = sum(term.gib for term in plan.scratch.terms)
        if copied:
            yield "scratch_mib", (str(ceil(copied * 1024)),)


def identities(plans: Sequence[JobPlan]) -> dict[str, str]:
    """Return what tells the run of each job from others in its folder: what it computes, on whatever nodes.

    A job computes something else when one that it waits for does.
    """
    known: dict[str, str] = {}
    for plan in plans:
        known[plan.job.name] = _identity(plan, [known[name] for name in plan.job.after if name in known])
    return known


def _identity(plan: JobPlan, before: Sequence[str]) -> str:
    job = plan.job
    options = job.type.options
    texts = [
        f"{key}={show(text)}"
        for key, text in sorted(job.options.items())
        if key not in options or options[key].role not in _OF_PLAN
    ]
    said = "\0".join([job.type.name, job.type.version, str(job.is_continue), *texts, *before])
    return f"{crc32(said.encode(errors='surrogateescape')):08x}"


def continued(plan: JobPlan, options: Mapping[str, AnyText]) -> dict[str, AnyText] | None:
    """Return the options with which RELION goes on with a job; None: there is no way but from the beginning."""
    kind = plan.job.type.traits.resume
    option = next((each for each in plan.job.type.options.values() if each.role == "continue_from"), None)
    if kind == "iterations" and option is not None:
        return {**options, option.key: _placeholder(plan)}
    return dict(options) if kind == "unfinished" else None


def _placeholder(plan: JobPlan) -> str:
    return f"{plan.job.output}{plan.job.type.program['resume']['from']}"


def _root(plan: JobPlan, commands: JobCommands) -> Word | None:
    """Return what the names of all files of a refinement begin with."""
    if plan.job.type.traits.resume != "iterations":
        return None
    flag = plan.job.type.program["resume"]["root"]
    found = (_behind(command, (flag,)) for command in commands.commands)
    return next(filter(None, found), None)


def _behind(command: CommandLine, flag: Word) -> Word | None:
    """Return the word after the first of these flags."""
    front = command.words[:-1]
    return command.words[front.index(flag) + 1] if flag in front else None


def _going_on(
    plan: JobPlan, commands: JobCommands, resumed: JobCommands, cluster: Cluster
) -> Iterator[CommandLine]:
    """Yield the commands that go on: from the file that the script finds, with the numbers and names of the first run.

    Some versions begin the names of a continued run in another way; then its iterations could not be told from
    those of a run that went on twice.
    """
    old, new = _root(plan, resumed), _root(plan, commands)
    for command in resumed.commands:
        words = tuple(_moved(each, old, new, _placeholder(plan)) for each in command.words)
        yield launch.on_workers(plan, command._replace(words=words), cluster)


def _moved(given: Word, old: Word | None, new: Word | None, placeholder: str) -> Word:
    text = given[0] if len(given) == 1 and isinstance(given[0], str) else None
    if text == placeholder:
        return (FROM,)
    if text is None or old is None or new is None or not isinstance(old[0], str):
        return given
    return (*new, text.removeprefix(old[0])) if text.startswith(old[0]) and len(old) == 1 else given
