"""The search for what GPUs would give a job: part of the effort of a spec, and made once for each demand."""

from __future__ import annotations

from relionc.cli import files
from relionc.pipeline import compile_spec
from relionc.pipeline.run import Disk, Request

HEAD = "relionc: 1\ncluster: lab\nrelion: '3.1'\njobs:\n"
JOB = "  {name}:\n    type: class3d\n    options: {{fn_img: p.star, fn_ref: r.mrc}}\n    resources: {{nodes: 3}}\n"


def _lint(count):
    text = HEAD + "".join(JOB.format(name=f"j{n}") for n in range(count))
    return compile_spec(
        Request(path="s.yaml", data=text.encode()), Disk(files.read, files.file_facts), "commands"
    )


def _told(result):
    return [each for each in result.diagnostics if each.code == "RL316"]


def test_jobs_that_are_alike_are_searched_for_once(monkeypatch):
    from relionc import plan

    asked = []
    real = plan.best
    monkeypatch.setattr("relionc.plan.best", lambda whole: asked.append(1) or real(whole))
    assert len(_told(_lint(5))) == 5
    assert len(asked) == 1


def test_it_ends_with_the_effort_of_a_spec(monkeypatch):
    monkeypatch.setattr("relionc.plan.OTHER_VISITS", 0)
    result = _lint(1)
    assert result.ok
    assert not _told(result)
