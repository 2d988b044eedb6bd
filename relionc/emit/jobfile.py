"""RELION's own job files as text, as RELION itself writes them: `job.star`, and `run.job` before 3.1."""

from __future__ import annotations

from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.ir import JobFile

_GAP = 12
_WIDTH = 10


def render(job_file: JobFile) -> str:
    """Return the text of a job file."""
    return _run_job(job_file) if job_file.style == "run.job" else _job_star(job_file)


def _run_job(job_file: JobFile) -> str:
    head = (("job_type", job_file.job_type), ("is_continue", "true" if job_file.is_continue else "false"))
    return "".join(f"{label} == {value}\n" for label, value in (*head, *job_file.values))


def _job_star(job_file: JobFile) -> str:
    rows = "".join([_row(name, value) for name, value in job_file.values])
    return (
        _block(job_file, "job")
        + _list(_head(job_file))
        + " \n"
        + _block(job_file, "joboptions_values")
        + "loop_ \n_rlnJobOptionVariable #1 \n_rlnJobOptionValue #2 \n"
        + rows
        + " \n"
    )


def _head(job_file: JobFile) -> list[tuple[str, str]]:
    """Return what identifies the job; a type that is no number is RELION 4's label."""
    is_number = job_file.job_type.isdigit()
    rows = [
        ("_rlnJobType" if is_number else "_rlnJobTypeLabel", job_file.job_type),
        ("_rlnJobIsContinue", str(int(job_file.is_continue))),
    ]
    if job_file.is_tomo is not None:
        rows.append(("_rlnJobIsTomo", str(int(job_file.is_tomo))))
    return rows


def _block(job_file: JobFile, name: str) -> str:
    return f"\n# version {job_file.star_version}\n\ndata_{name}\n\n"


def _list(rows: list[tuple[str, str]]) -> str:
    """Return a list of labels and values; RELION writes numbers in a field of 12, text as it is."""
    width = max(len(label) for label, _ in rows) + _GAP
    return "".join(f"{label:<{width}}{value:>{_GAP if value.isdigit() else 0}}\n" for label, value in rows)


@lru_cache(maxsize=1024)
def _row(name: str, value: str) -> str:
    """Return a row of a table, which most jobs of a spec have alike."""
    return f"{_cell(name)} {_cell(value)} \n"


def _cell(text: str) -> str:
    """Return a value of a table, at least ten characters wide, quoted where a reader would split it."""
    return f"{quoted(text):>{_WIDTH}}"


def quoted(text: str) -> str:
    """Return a STAR value: in quotes if it is empty, starts with a quote, or holds white space.

    Inside such a value RELION marks a quote that would end it with a bell character.
    """
    if text and text[0] not in "\"'" and " " not in text and "\t" not in text:
        return text
    last = len(text) - 2
    marked = [
        "\a" + mark if mark == '"' and (place == last or text[place + 1 : place + 2] in (" ", "\t")) else mark
        for place, mark in enumerate(text)
    ]
    return f'"{"".join(marked)}"'
