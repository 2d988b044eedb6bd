"""A spec from a stranger is safe to lint, to build and to run: nothing in it is ever executed.

Texts that mean something to a shell, to Slurm or to a terminal go into every place where a spec takes text. Either
that is a diagnostic, or the scripts are run for real by bash, with programs that note their arguments first on PATH:
the program then gets exactly the planned words, and nothing else happened.
"""

from __future__ import annotations

import json
import shlex
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from standins import CANARY, guarded, stand_in

from relionc.diag import render
from relionc.pipeline import Compiled, Disk, Request, compile_spec

NASTY = [
    f"$(touch {CANARY})",
    f"`touch {CANARY}`",
    f"; touch {CANARY}",
    f"a;touch\t{CANARY};",
    f"| touch {CANARY}",
    f"&& touch {CANARY}",
    f"> {CANARY}",
    f">{CANARY}",
    f"'; touch {CANARY}; '",
    f'"; touch {CANARY}; "',
    f'"$(touch {CANARY})"',
    f"\ntouch {CANARY}\n",
    f"\r\ntouch {CANARY}",
    f"x\\\ntouch {CANARY}",
    f"$'\\ntouch {CANARY}'",
    f"<(touch {CANARY})",
    f"${{IFS}}touch${{IFS}}{CANARY}",
    f"${{x:-$(touch {CANARY})}}",
    f"\x01HOME;touch {CANARY}\x02",
    "\x01HOME\x02",
    f"${{{{ env.HOME }}}}$(touch {CANARY})",
    "${{ env.HOME }}",
    "$HOME",
    "#comment",
    "a #b",
    "-rf",
    "--help",
    "%j",
    "%",
    "!!",
    "~root",
    "*",
    "[a-z]?",
    "{a,b}",
    "a\\b",
    "\\",
    "'",
    '"',
    "''",
    "µ é 漢字 🧊",
    "\u202egnp.exe",
    "\ufeff",
    "a\u2028b",
    "\x1b[31mred",
    "x" * 5000,
    " ",
    "",
    "../../etc/passwd",
    "/etc/passwd",
    "a=b",
    "PATH=/tmp",
    "EOF",
    "XXXcommandXXX",
    "{{ 7 * 7 }}",
    "${{ 7 * 7 }}",
    "${{ ().__class__ }}",
]
TEXTS = st.one_of(
    st.sampled_from(NASTY),
    st.lists(st.sampled_from([*NASTY, "a", "/", " ", "."]), min_size=1, max_size=3).map("".join),
    st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=30),
    st.text(alphabet="$`'\"\\;|&<>(){}#%!*?~^ \t\n\x01\x02-ab", max_size=12),
)

SLURM = {
    "SLURM_JOB_ID": "4711",
    "SLURM_JOB_NUM_NODES": "2",
    "SLURM_JOB_NODELIST": "n[1,2]",
    "SLURM_NTASKS": "6",
    "CUDA_VISIBLE_DEVICES": "0,1,2,3",
}


def local(job: dict[str, Any]) -> dict[str, Any]:
    return whole("local", {"nr_threads": 1}, {}, job)


def batch(job: dict[str, Any]) -> dict[str, Any]:
    return whole("lab", {}, {"gpus": "p100:2", "nodes": 2, "scratch": "20G"}, job)


def whole(cluster: str, options: Any, resources: Any, job: dict[str, Any]) -> dict[str, Any]:
    inputs = {"fn_img": "p.star", "fn_ref": "r.mrc", **options, **job.pop("options", {})}
    made = {"type": "class3d", "options": inputs, "resources": resources, **job}
    return {"relionc": 1, "cluster": cluster, "relion": "3.1", "jobs": {"a": made}}


PLACES = {
    "input": lambda text: {"options": {"fn_img": text}},
    "mask": lambda text: {"options": {"fn_mask": text}},
    "symmetry": lambda text: {"options": {"sym_name": text}},
    "scratch_dir": lambda text: {"options": {"scratch_dir": text}},
    "gpu_ids": lambda text: {"options": {"gpu_ids": text}},
    "extra_args": lambda text: {"extra_args": text},
    "output": lambda text: {"output": text},
    "project": lambda text: {"project": text},
    "comment": lambda text: {"slurm": {"comment": text}},
    "mail": lambda text: {"slurm": {"mail-user": text}},
    "account": lambda text: {"resources": {"account": text}},
}


def compiled(value: dict[str, Any]) -> Compiled:
    def missing(path: str) -> bytes:
        raise FileNotFoundError(2, "No such file or directory", path)

    data = json.dumps(value).encode()
    result = compile_spec(Request(path="spec.yaml", data=data), Disk(missing, lambda *_: None))
    shown = render.text(result.diagnostics, result.sources, color=False)
    assert "\x1b" not in shown, "a diagnostic carries an escape sequence to the terminal"
    assert result.files is not None or result.diagnostics
    return result


def ran(result: Compiled, folder: Path, project: str) -> list[list[str]]:
    """Run the job's script under its guard with stand-ins; return the words each of them got."""
    stand_in(folder / "bin", ["scontrol"])
    (folder / "bin/scontrol").write_text('#!/bin/bash\nprintf "n1\\nn2\\n"\n')
    env = {"HOME": "/home/somebody", **SLURM}
    done = guarded(result, folder, ["relion_refine", "relion_refine_mpi"], project=project, env=env)
    assert done.status == 0, done.said
    return done.calls


def planned(result: Compiled) -> list[str]:
    """Return the words of commands.txt, which is one line for a job of one command, as a shell would read them."""
    assert result.files is not None
    text = result.files["a/commands.txt"].decode()
    line, end = text[:-1], text[-1:]
    assert end == "\n"
    assert "\n" not in line
    for name, value in {"HOME": "/home/somebody", **SLURM}.items():
        line = line.replace(f"${{{name}}}", value)
    return shlex.split(line)


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(PLACES)), TEXTS, st.sampled_from([local, batch]))
@example("extra_args", f"--a '$(touch {CANARY})'", batch)
@example("comment", f'x" --wrap="touch {CANARY}', batch)
@example("project", "a b", local)
def test_a_text_is_refused_or_arrives_as_it_was_planned(place, text, kind):
    result = compiled(kind(PLACES[place](text)))
    if result.files is None:
        return
    project = text.replace("${{ env.HOME }}", "home") if place == "project" else "."
    if place == "project" and (text.startswith("/") or ".." in text or "${{" in text or len(text) > 200):
        return  # built, but not for this folder
    with tempfile.TemporaryDirectory() as name:
        calls = ran(result, Path(name), project)
    assert len(calls) == 1, "one program is started, once"
    words = calls[0]
    program = planned(result)
    assert words[-len(program) :] == program, (words, program)
    assert words[0].endswith(("/mpirun", "/srun")) or words[0].endswith(program[0])


def unquoted(value: str) -> str:
    """Return what sbatch reads of a value: bare, or in double quotes with backslashes before `\\` and `"`."""
    if not value.startswith('"'):
        assert not set(value) & set(" \t\"'#\\"), value
        return value
    assert value.endswith('"')
    out, rest = "", value[1:-1]
    while rest:
        if rest[0] == "\\":
            assert rest[1] in '\\"'
            rest = rest[1:]
        else:
            assert rest[0] != '"'
        out, rest = out + rest[0], rest[1:]
    return out


@settings(deadline=None, max_examples=120)
@given(TEXTS)
@example('say "hi" \\ #1')
def test_an_sbatch_value_is_refused_or_one_directive_with_just_that_value(text):
    result = compiled(batch({"slurm": {"comment": text}}))
    if result.files is None or not text:  # an empty value is left out
        return
    lines = result.files["a/run.sbatch"].decode().split("\n")
    plain = compiled(batch({})).files["a/run.sbatch"].decode().split("\n")
    (directive,) = (line for line in lines if line.startswith("#SBATCH --comment="))
    if "${{" not in text:
        assert unquoted(directive.removeprefix("#SBATCH --comment=")) == text
    assert [line for line in lines if line != directive] == plain, "nothing else changes"


@settings(deadline=None, max_examples=60)
@given(TEXTS)
def test_names_that_choose_files_are_names_only(text):
    """Job names, job types, versions, cluster names and `after` come from small sets; nothing else is looked up."""
    good = local({})
    job = good["jobs"]["a"]
    for bad in (
        {**good, "jobs": {text: job}},
        {**good, "jobs": {"a": {**job, "type": text}}},
        {**good, "jobs": {"a": {**job, "after": [text]}}},
        {**good, "cluster": text},
        {**good, "relion": text},
        {**good, "vars": {"x": text}, "jobs": {"a": {**job, "options": {"fn_img": "${{ vars.x }}"}}}},
        {**good, text: 1},
        {**good, "jobs": {"a": {**job, text: 1}}},
        {**good, "jobs": {"a": {**job, "options": {text: 1}}}},
        {**good, "jobs": {"a": {**job, "slurm": {text: 1}}}},
    ):
        result = compiled(bad)
        for path in result.files or ():
            parts = path.split("/")
            assert len(parts) <= 2
            assert not {"", ".", ".."} & set(parts)
            assert path.isascii()
            assert path.isprintable()


@pytest.mark.parametrize(
    "command", [["build", "spec.yaml", "-o", "out"], ["lint", "spec.yaml"], ["plan", "spec.yaml"]]
)
def test_commands_write_nothing_outside_and_start_nothing(command, tmp_path, monkeypatch, capsys):
    from relionc.__main__ import _guarded

    (tmp_path / "bin").mkdir()
    for name in ("sbatch", "srun", "mpirun", "relion_refine", "bash", "sh", "scontrol"):
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n: >{tmp_path}/{CANARY}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    places = [*PLACES.values()]
    for i, text in enumerate(NASTY):
        for place in (places[i % len(places)], places[(i + 5) % len(places)]):
            (work / "spec.yaml").write_text(json.dumps(batch(place(text))))
            assert _guarded(command) in (0, 1), capsys.readouterr().err
            left = {path.name for path in work.iterdir()} - {"spec.yaml", "out"}
            assert not left, (text, left)
    assert not (tmp_path / CANARY).exists()
    assert {path.name for path in tmp_path.iterdir()} == {"bin", "work"}
