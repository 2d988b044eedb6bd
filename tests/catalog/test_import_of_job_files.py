"""`relionc import`: a job file becomes a spec whose build gives its commands, and its job file again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from golden_rows import RELEASES, exceptions, key_of, names, rows, version_of, with_references

from relionc import catalog, source
from relionc import spec as spec_room
from relionc.emit import shell, specfile
from relionc.emit.jobfile import render
from relionc.lower import commands, jobfile
from relionc.pipeline import Disk, Request, compile_spec
from relionc.pipeline.jobfile import spec_file
from relionc.schema import check
from relionc.source.jobfile import read
from relionc.spec.job_from_file import Job, resolve
from relionc.spec.job_to_spec import versions_of
from relionc.spec.suspect_values import suspect_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relionc.catalog import JobType

DEFAULTS = sorted((Path(__file__).parent.parent / "data" / "jobstar").glob("*/*"))
CANNOT_RUN = ("RL211", "RL133")  # a number of ranks; other things
OUTPUT = "Some/job025/"


def job_of(text: bytes, version: str) -> Job:
    job, _ = resolve(read(text, "job"), version)
    assert job is not None
    return job


def spec_of(job: Job) -> str:
    return specfile.render(spec_file(job, source="job", cluster="local", output=OUTPUT))


def meaning(job: Job) -> dict[str, str]:
    """Return every option of a job; `${NAME}` and `$NAME` say the same."""
    texts = {key: job.options.get(key, option.default) for key, option in job.type.options.items()}
    return {key: with_references(text) for key, text in texts.items()}


def compiled(text: str) -> Any:
    return compile_spec(Request(path="s.yaml", data=text.encode()), Disk(lambda _: b"", lambda *_: None))


@pytest.mark.parametrize("path", DEFAULTS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_default_job_file_reads_the_same_after_a_round_through_a_spec(path: Path) -> None:
    before = job_of(path.read_bytes(), version_of(path.parent.name))
    text = spec_of(before)
    tree = source.load(text.encode(), "s.yaml").tree
    assert tree is not None
    assert not check("spec", tree.value)
    resolved, findings = spec_room.resolve(tree.value, path="s.yaml")
    assert resolved is not None, findings
    (job,) = resolved.jobs
    written = render(jobfile.job_file(job.type, job.options, is_continue=job.is_continue))
    assert written == path.read_text("utf-8")
    after = job_of(written.encode(), version_of(path.parent.name))
    assert (after.type, after.is_continue, meaning(after)) == (
        before.type,
        before.is_continue,
        meaning(before),
    )


@pytest.mark.parametrize("path", DEFAULTS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_the_version_that_wrote_a_file_is_recognised(path: Path) -> None:
    assert version_of(path.parent.name) in versions_of(read(path.read_bytes(), path.name))


def wanted_commands(job_type: JobType, options: Mapping[str, str], *, is_continue: bool) -> str:
    texts = {key: with_references(text) for key, text in options.items()}
    made = commands.relion_commands(job_type, texts, output=OUTPUT, is_continue=is_continue)
    return "".join(shell.one_line(command) + "\n" for command in made.commands)


@pytest.mark.parametrize("release", RELEASES)
def test_a_build_of_the_spec_gives_the_commands_and_the_job_file(release: str) -> None:
    different, built = [], set()
    for row in rows(release, "golden"):
        if not row["ok"] or (release, "golden", row["line"]) in exceptions():
            continue
        job_type = catalog.load(names(release)[key_of(row, release)], version_of(release))
        text = render(jobfile.job_file(job_type, row["set"], is_continue=row["is_continue"]))
        job = job_of(text.encode(), version_of(release))
        if any(finding.code in CANNOT_RUN for finding in suspect_values(job)):
            continue  # RELION makes commands of it, and its program stops on them: no build
        if any(finding.code == "RL106" for finding in suspect_values(job)):
            continue  # a value that RELION's window does not offer and its code does not check: no spec either
        result = compiled(spec_of(job))
        errors = [each.code for each in result.diagnostics if each.severity == "error"]
        if row["set"].get("do_queue") == "Yes" and errors == ["RL130"]:
            continue  # more ranks than RELION starts without a queue: `local` has none
        if errors == ["RL308"]:
            continue  # a list of GPUs beyond whose end picking reads
        assert result.files is not None, (row["set"], [each.message for each in result.diagnostics])
        found = result.files[f"{job_type.name}/commands.txt"].decode()
        if found != wanted_commands(job_type, job.options, is_continue=job.is_continue):
            different.append((row["line"], found))
        again = job_of(result.files[f"{job_type.name}/{job_type.job_file}"], version_of(release))
        lost = {key for key, text in meaning(job).items() if meaning(again)[key] != text}
        lost -= {"queuename"}  # it is `partition` of the spec, which says nothing where there is no queue
        roles = {job_type.options[key].role for key in lost}
        if row["set"].get("do_amyloid_tracing") == "Yes":
            roles -= {"use_gpu"}  # it is not looked at: filaments are traced on GPUs, and the plan says so
        different += [(row["line"], lost)] if roles - {"queue", "scratch_dir"} else []
        built.add(job_type.name)
    assert not different
    assert len(built) > 15


def test_what_a_spec_cannot_say_stands_in_it_as_a_remark() -> None:
    options = {
        "nr_mpi": "4",
        "nr_threads": "-1",
        "do_queue": "Yes",
        "fn_img": "$(pwd)/a.star",
        "fn_ref": "${HOME}/it's a map.mrc",
        "other_args": "--a 1 | tee log",
        "fn_mask": "a\u2028fn_mask: b.mrc",
    }
    job_type = catalog.load("refine3d", "3.1")
    text = spec_of(job_of(render(jobfile.job_file(job_type, options, is_continue=True)).encode(), "3.1"))
    remarks = {line.split(":")[0].strip(" #") for line in text.splitlines() if "-- omitted:" in line}
    assert remarks == {"nr_mpi", "nr_threads", "do_queue", "fn_img", "other_args", "fn_mask"}
    assert source.load(text.encode(), "s.yaml").tree
    assert "fn_ref: '${{ env.HOME }}/it''s a map.mrc'\n" in text
    assert "    continue: yes\n" in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a b",
        "it's",
        "true",
        "~",
        "null",
        "yes:",
        "a: b",
        "- a",
        "--a",
        "-1",
        "3.10",
        "[a]",
        "#a",
        "a #b",
        "a,b",
        "*",
    ],
)
def test_every_text_reads_back_as_itself(text: str) -> None:
    tree = source.load(f"a: {specfile.scalar(text)}\n".encode(), "s.yaml").tree
    assert tree is not None
    assert source.text_of(tree.value["a"]) == text
