"""Scripts of a bundle → bash text, through the shipped templates or a site's own."""

from __future__ import annotations

from relionc.emit import shell
from relionc.emit._templates import JOB_SCRIPTS, allocate_sh, array_sbatch, gui_sh, qsub_sh, submit_sh
from relionc.ir import (
    Allocation,
    Bundle,
    Directive,
    Guard,
    HostfileRule,
    JobArray,
    Script,
    ShellRef,
    SiteStart,
    SiteTemplate,
    Step,
    Submission,
    Window,
)
from relionc.slurm.environment import CONTRADICTING, CONTRADICTING_BEGINNINGS
from relionc.slurm.quoting import written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relionc.emit.views import (
        AllocateView,
        ArrayView,
        GuardView,
        HostfileView,
        ScriptView,
        SiteScriptView,
        SiteStartView,
        SubmissionView,
        SubmitView,
        TableView,
    )

_HAS_GPUS = 'if [[ -n "${SLURM_JOB_GPUS-}${SLURM_GPUS_ON_NODE-}" ]]; then'
"""Slurm's variables for a job with GPUs, whatever it asked for them by."""


def script(value: Script, name: str, table: TableView | None = None) -> str:
    """Render a job's script; `name` is `run.sbatch` or `run.sh`, `table` that of the points for which it is."""
    return JOB_SCRIPTS[name](script_view(value, name, table))


def script_view(value: Script, name: str, table: TableView | None = None) -> ScriptView:
    """Return what our templates see of a script: plain lists and texts, already quoted for bash."""
    folder = value.output_dir
    return {
        "table": table,
        "header": [_comment(line) for line in value.header],
        "directives": [directive(each) for each in value.directives],
        "needs": value.needs,
        "needs_help": shell.text(value.needs_help),
        "environment": list(value.environment),
        "exports": [{"name": key, "value": shell.word(word)} for key, word in value.exports],
        "project": shell.word(value.project) if value.project else "",
        "output": shell.word(folder),
        "run_out": shell.word((*folder, "run.out")),
        "run_err": shell.word((*folder, "run.err")),
        "tell": "" if name == "run.sbatch" else shell.word(("writing run.out and run.err in ", *folder)),
        "hostfile": _hostfile_view(value.hostfile),
        "guard": _guard_view(value.guard, value.steps),
    }


def site_script_view(value: Script, name: str) -> SiteScriptView:
    """Return what a site's own template sees."""
    return {**script_view(value, name), "steps": [_step(step) for step in value.steps]}


def _step(step: Step) -> list[str]:
    return shell.step_lines(step.launcher, step.command, step.second)


def _guard_view(guard: Guard, steps: Sequence[Step]) -> GuardView:
    return {
        "facts": [{"name": name, "value": shell.word(word)} for name, word in guard.facts],
        "inputs": " ".join(map(shell.word, guard.inputs)),
        "results": " ".join(map(shell.word, guard.results)),
        "wrapper": " ".join(map(shell.word, guard.wrapper)),
        "launch": shell.launch_lines(guard.launch, guard.second) if guard.launch else [],
        "new": [_launched(step, guard) for step in steps],
        "resume": [_launched(step, guard) for step in guard.resume],
    }


def _launched(step: Step, guard: Guard) -> list[str]:
    """Return the lines of a step, with `launch` in the place of the words that start ranks."""
    words, size = guard.launch, len(guard.launch)
    if not words or step.launcher[:size] != words:
        return _step(step)
    return shell.step_lines((("launch",), *step.launcher[size:]), step.command)


def _hostfile_view(rule: HostfileRule | None) -> HostfileView | None:
    if rule is None:
        return None
    first, *others = rule.shares or (0,)
    workers = others[-1] if others else first - rule.leader
    more = first - workers
    usual = rule.row == "{host}" and rule.shares and {*others} <= {workers} and more in (0, 1)
    return {
        "nodes": len(rule.shares),
        "path": shell.word(rule.path),
        "variable": rule.variable,
        "unset": list(rule.unset),
        "workers": workers,
        "leader": rule.leader and more > 0,
        "first": more > 0,
        "row": "" if usual else shell.filled(rule.row, _row_values(rule)),
        "ranked": "{count}" not in rule.row,
        "numbered": "{rank}" in rule.row,
        "shares": " ".join(map(str, rule.shares)),
    }


def _row_values(rule: HostfileRule) -> dict[str, str]:
    """Return what bash has for each placeholder: `n` counts nodes, `i` the ranks of a node, `rank` all of them.

    The cores of a rank are those of its share of the CPUs; two ranks may meet in one.
    """
    cpus, core = rule.cpus_per_rank, rule.cpus_per_core
    first, last = f"i * {cpus}", f"(i + 1) * {cpus} - 1"
    if core > 1:
        first, last = f"{first} / {core}", f"({last}) / {core}"
    values = {"host": "${nodes[n]}", "count": "${tasks[n]}", "rank": "$((rank++))"}
    return values | {"cores": f"$(({first}))-$(({last}))"}


def window(value: Window) -> str:
    """Render a job's own template for RELION's window."""
    quoted = f"bash -c '{value.command}'" if value.in_shell else value.command
    command = " ".join([*map(shell.word, value.launcher), quoted])
    view = script_view(value.script, "run.sbatch")
    return gui_sh({**view, "folder": value.folder, "command": command})


def site_template(value: SiteTemplate) -> str:
    """Render a site's template for RELION's window."""
    starts = [_start_of_site(value.start, value, "else" if value.on_gpus else "")]
    if value.on_gpus:
        starts.insert(0, _start_of_site(value.on_gpus, value, _HAS_GPUS))
    return qsub_sh(
        {
            "header": [_comment(line) for line in value.header],
            "directives": [directive(each) for each in value.directives],
            "environment": list(value.environment),
            "exports": [{"name": name, "value": shell.word(word)} for name, word in value.exports],
            "starts": starts,
            "end": "fi" if value.on_gpus else "",
            "ranks": value.ranks,
            "folder": value.folder,
            "command": f"bash -c '{value.command}'" if value.wrapper else value.command,
        }
    )


def _start_of_site(start: SiteStart, of: SiteTemplate, condition: str) -> SiteStartView:
    values = {"host": "${nodes[n]}", "count": "${tasks[n]}", "rank": "$((rank++))"}
    words = [
        *map(shell.word, start.launcher),
        *(['"${words[@]}"'] if start.row else ()),
        *map(shell.word, of.wrapper),
    ]
    each_task = "SLURM_CPUS_PER_TASK"
    return {
        "condition": condition,
        "exports": [{"name": name, "value": shell.word(word)} for name, word in start.exports],
        "cpus": f"{each_task} * ${{SLURM_NTASKS_PER_NODE:-1}}" if start.daemons else each_task,
        "row": shell.filled(start.row, values) if start.row else "",
        "ranked": "{count}" not in start.row,
        "numbered": "{rank}" in start.row,
        "always": start.always,
        "variable": start.variable,
        "unset": list(start.unset),
        "placing": " ".join(map(shell.word, start.placing)),
        "launcher": " ".join(words),
    }


def directive(value: Directive) -> str:
    """Render one sbatch option, or the word between two groups of nodes."""
    return written(value.name, value.value) if value.name else value.value or ""


def _comment(line: str) -> str:
    """Keep a comment on its line, whatever the names in it hold."""
    if line.isprintable():
        return line
    return "".join(character if character.isprintable() else " " for character in line)


def allocate(value: Allocation) -> str:
    """Render the script that gets the nodes of an interactive job."""
    return allocate_sh(allocate_view(value))


def allocate_view(value: Allocation) -> AllocateView:
    """Return what the template of allocate.sh sees."""
    rendered = shell.words(value.command)
    lines = shell.lines([rendered[:1], *([word] for word in rendered[1:])])
    return {"header": [_comment(line) for line in value.header], "command": lines}


def array(value: JobArray, digests: Mapping[str, str]) -> str:
    """Render the script of a job array; `digests` are those of its points' scripts."""
    return array_sbatch(array_view(value, digests))


def array_view(value: JobArray, digests: Mapping[str, str]) -> ArrayView:
    """Return what the template of array.sbatch sees."""
    return {
        "header": [_comment(line) for line in value.header],
        "directives": [directive(each) for each in value.directives],
        "points": [{"name": shell.text(name), "value": digests[name]} for name in value.points],
    }


def submit(bundle: Bundle) -> str:
    """Render submit.sh."""
    return submit_sh(submit_view(bundle))


def submit_view(bundle: Bundle) -> SubmitView:
    """Return what the template of submit.sh sees."""
    queued = [each for each in bundle.submissions if each.queued and each.command]
    guarded = all(job.queue_script is None for job in bundle.jobs)  # else nothing here knows RELION's table
    numbered = bool(queued) and guarded and any(job.project_job for job in bundle.jobs)
    return {
        "header": [_comment(line) for line in bundle.header],
        "queues": bool(queued),
        "held": len(queued) > 1 or numbered or any(each.table for each in queued),
        "numbered": numbered,
        "arrays": bool(bundle.arrays),
        "tables": any(each.table for each in bundle.submissions),
        "contradicting": " ".join(
            [*(f'"${{!{name}@}}"' for name in CONTRADICTING_BEGINNINGS), *CONTRADICTING]
        ),
        "dependency": _dependency(next((each.dependency for each in queued if each.dependency), ())),
        "jobs": [*_submission_views(bundle)],
    }


def _submission_views(bundle: Bundle) -> Iterator[SubmissionView]:
    """Yield the jobs, those of an array one after the other where the first of them stands."""
    tasks = {name: (each, task) for each in bundle.arrays for task, name in enumerate(each.points)}
    by_name = {each.job: each for each in bundle.submissions}
    for submission in bundle.submissions:
        if submission.job not in tasks:
            yield _submission_view(submission)
            continue
        array, task = tasks[submission.job]
        if task:
            continue
        for number, name in enumerate(array.points):
            last = number == len(array.points) - 1
            of_array: SubmissionView = {
                **_submission_view(by_name[name]),
                "task": str(number),
                "array": shell.text(array.script) if last else "",
                "limit": str(array.limit or ""),
            }
            yield of_array


def _submission_view(value: Submission) -> SubmissionView:
    return {
        "task": "",
        "array": "",
        "limit": str(value.limit or ""),
        "table": shell.text(value.table) if value.table else "",
        "points": str(value.points or ""),
        "tasks": str(value.tasks or ""),
        "name": shell.text(value.job),
        "output": shell.word(value.output_dir),
        "script": shell.text(value.script),
        "command": " ".join(shell.words(value.command)),
        "note": shell.text(value.note),
        "queued": value.queued,
        "after": " ".join(value.after),
        "inputs": " ".join(map(shell.word, value.inputs)),
    }


def _dependency(words: Sequence[str]) -> str:
    """Render the words of a dependency with the variable that holds the ids."""
    ids = ShellRef("ids_before")
    parts = (text.partition("{ids}") for text in words)
    return " ".join(shell.word((before, *([ids] if here else []), after)) for before, here, after in parts)
