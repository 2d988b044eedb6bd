"""Text with shell references → words."""

from __future__ import annotations

from relionc.expr import refs
from relionc.ir import Part, ShellRef, Word

_INTEGERS = frozenset(
    (
        "SLURM_ARRAY_JOB_ID",
        "SLURM_ARRAY_TASK_COUNT",
        "SLURM_ARRAY_TASK_ID",
        "SLURM_CPUS_ON_NODE",
        "SLURM_CPUS_PER_TASK",
        "SLURM_GPUS_ON_NODE",
        "SLURM_JOBID",
        "SLURM_JOB_ID",
        "SLURM_JOB_ID_HET_GROUP_0",
        "SLURM_JOB_ID_HET_GROUP_1",
        "SLURM_JOB_NUM_NODES",
        "SLURM_LOCALID",
        "SLURM_MEM_PER_CPU",
        "SLURM_MEM_PER_NODE",
        "SLURM_NNODES",
        "SLURM_NODEID",
        "SLURM_NPROCS",
        "SLURM_NTASKS",
        "SLURM_NTASKS_PER_NODE",
        "SLURM_PROCID",
    )
)
"""Variables that Slurm sets to a plain number: they need no quotes."""


def reference(name: str) -> ShellRef:
    """Return the reference to a shell variable."""
    return ShellRef(name, integer=name in _INTEGERS)


def word(text: str) -> Word:
    """Return the word of a text of the spec, whose references are in-band (see `relionc.expr.refs`)."""
    return tuple(part if kind == "text" else reference(part) for kind, part in refs.split(text))


def profile_word(text: str) -> Word:
    """Return the word of a text of a profile, where `${NAME}` is a reference too."""
    parts: list[Part] = []
    for part in word(text):
        parts += _braced(part) if isinstance(part, str) else [part]
    return tuple(parts)


def _braced(text: str) -> list[Part]:
    """Split literal text at `${NAME}`; anything else with a dollar stays as it is."""
    before, opened, rest = text.partition("${")
    name, closed, after = rest.partition("}")
    if not (opened and closed and name.isidentifier()):
        return [text] if text else []
    head: list[Part] = [before] if before else []
    return [*head, reference(name), *_braced(after)]


def path_word(text: str) -> Word:
    """Return the word of a folder of the spec; a leading `~/` is the user's home, as in a shell.

    `./` keeps a leading dash from being an option, or the folder that a shell was in before.
    """
    if text.startswith("-"):
        text = f"./{text}"
    if text == "~" or text.startswith("~/"):
        return (reference("HOME"), *word(text[1:]))
    return word(text)


def anywhere(path: str) -> str:
    """Return a path that says the same on every machine: an absolute one loses its folders."""
    return path.rpartition("/")[2] if path.startswith("/") else path.removeprefix("./")
