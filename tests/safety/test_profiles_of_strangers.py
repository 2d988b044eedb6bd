"""Texts in every place of a profile: refused, or they stay words and values when bash runs the script."""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from standins import guarded, stand_in
from test_specs_of_strangers import NASTY, SLURM, TEXTS

from relionc.pipeline import Compiled, Disk, Request, compile_spec
from relionc.slurm.options import OPTIONS

DRAWS = 1500 if os.environ.get("RELIONC_SOAK") else 200
BATCH = {"argv": ["srun", "-n", "{ntasks}"]}
NODE = {"count": 4, "cpus": 64, "memory": "243G", "gpus": 4, "gpu_type": "a100"}
PLACES = {
    "name": lambda text: {"name": text},
    "title": lambda text: {"title": text},
    "variable": lambda text: {"environment": {text: "x"}},
    "value": lambda text: {"environment": {"A": text}},
    "export": lambda text: {"launchers": {"batch": {**BATCH, "exports": {text: "x"}}}},
    "exported": lambda text: {"launchers": {"batch": {**BATCH, "exports": {"A": text}}}},
    "word": lambda text: {"launchers": {"batch": {"argv": ["srun", "-n", "{ntasks}", text]}}},
    "unset": lambda text: {"launchers": {"batch": {**BATCH, "unset": [text]}}},
    "hostfile": lambda text: {
        "launchers": {"batch": {**BATCH, "arbitrary": ["-m"], "hostfile_variable": text}}
    },
    "row": lambda text: {
        "launchers": {
            "batch": {**BATCH, "arbitrary": ["-f", "{hostfile}"], "hostfile_row": f"{{host}}{text}"}
        }
    },
    "wrapper": lambda text: {"wrapper": {"*": ["env", text]}},
    "partition": lambda text: {"partitions": {text: {"node_types": ["a"], "default": True}}},
    "node type": lambda text: {
        "node_types": {text: NODE},
        "partitions": {"p": {"node_types": [text], "default": True}},
    },
    "gpu type": lambda text: {"node_types": {"a": {**NODE, "gpu_type": text}}},
    "feature": lambda text: {"node_types": {"a": {**NODE, "features": [text]}}},
    "gres": lambda text: {"gres_gpu": text},
    "scratch": lambda text: {"scratch": {"path": "/l/" + text}},
    "directive": lambda text: {"directives": {text: "x"}},
    "account": lambda text: {"directives": {"account": text}},
    "comment": lambda text: {"directives": {"comment": text}},
    "source": lambda text: {"source": text},
}


SPEC = {
    "relionc": 1,
    "cluster": "./profile.yaml",
    "relion": "3.1",
    "jobs": {
        "a": {
            "type": "class3d",
            "options": {"fn_img": "p.star", "fn_ref": "r.mrc"},
            "resources": {"gpus": 2, "nodes": 1},
        }
    },
}


def profile(changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "profile": 1,
        "name": "mine",
        "scheduler": "slurm",
        "node_types": {"a": NODE},
        "partitions": {"p": {"node_types": ["a"], "default": True}},
        "launchers": {"batch": BATCH},
        **changes,
    }


def compiled(changes: dict[str, Any]) -> Compiled:
    def read(path: str) -> bytes:
        if path.endswith("profile.yaml"):
            return json.dumps(profile(changes)).encode()
        raise FileNotFoundError(2, "No such file or directory", path)

    request = Request(path="spec.yaml", data=json.dumps(SPEC).encode())
    return compile_spec(request, Disk(read, lambda *_: None))


PLAIN = compiled({})


def directives(script: bytes) -> dict[str, str | None]:
    """Return the options of a script's directives, read as Slurm reads them and not by relionc's own reader."""
    found: dict[str, str | None] = {}
    for line in script.decode().split("\n"):
        if line.startswith("#SBATCH"):
            words = sbatch_words(line.removeprefix("#SBATCH"))
            assert len(words) == 1, line
            name, equals, value = words[0].partition("=")
            assert name.startswith("--"), line
            found[name[2:]] = value if equals else None
    return found


def sbatch_words(text: str) -> list[str]:
    """Split a directive: words end at blanks outside of quotes, `#` begins a comment, a backslash takes one sign."""
    words, word, quote, rest = [], "", "", list(text)
    while rest:
        sign = rest.pop(0)
        if sign == "\\" and rest:
            word += rest.pop(0)
        elif quote:
            word, quote = (word, "") if sign == quote else (word + sign, quote)
        elif sign in "\"'":
            quote = sign
        elif sign == "#":
            break
        elif sign in " \t\n\v\f\r":
            words, word = ([*words, word], "") if word else (words, "")
        else:
            word += sign
    return [*words, word] if word else words


def expanded(text: str) -> str:
    """Return what `${NAME}` of a profile gives in the shell of these tests."""
    return re.sub(
        r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", lambda found: {"IFS": " \t\n", **VARIABLES}.get(found[1], ""), text
    )


VARIABLES = {"HOME": "/home/somebody", **SLURM, "SLURM_JOB_NUM_NODES": "1"}
OF_DIRECTIVES = {"account": "account", "comment": "comment", "partition": "partition"}


@settings(deadline=None, max_examples=DRAWS, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(PLACES)), TEXTS)
def test_a_text_of_a_profile_arrives_as_it_is_or_is_refused(place: str, text: str) -> None:
    result = compiled(PLACES[place](text))
    if result.files is None:
        assert result.diagnostics
        return
    script = result.files["a/run.sbatch"]
    assert PLAIN.files is not None
    plain = directives(PLAIN.files["a/run.sbatch"])
    changed = {k: v for k, v in directives(script).items() if plain.get(k, "") != v}
    if place in OF_DIRECTIVES:
        assert changed in ({OF_DIRECTIVES[place]: text}, {}), changed
    elif place == "directive":
        assert set(changed) <= set(OPTIONS) - {"wrap", "array", "chdir", "uid", "gid", "input"}, changed
    else:
        assert set(changed) <= {"gres"}, changed
    called = ran(result)
    assert called[0].rpartition("/")[2] == "srun"
    if place == "word":
        assert called[3] == expanded(text), (called, text)


@pytest.mark.parametrize("place", sorted(PLACES))
def test_lint_and_build_of_a_profile_agree(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from relionc.__main__ import _guarded

    monkeypatch.chdir(tmp_path)
    Path("spec.yaml").write_text(json.dumps(SPEC))
    for text in NASTY:
        Path("profile.yaml").write_text(json.dumps(profile(PLACES[place](text))))
        lint, build = _guarded(["lint", "spec.yaml"]), _guarded(["build", "spec.yaml"])
        assert lint == build, text
        assert lint in (0, 1)
        assert _guarded(["cluster", "show", "./profile.yaml"]) in (0, 1, 2)


def ran(result: Compiled) -> list[str]:
    """Run a build's script under its guard with stand-ins; return the words of the one call."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stand_in(folder / "bin", ["scontrol"])
        (folder / "bin/scontrol").write_text('#!/bin/bash\nprintf "n1\\n"\n')
        done = guarded(result, folder, ["relion_refine", "relion_refine_mpi"], env=VARIABLES)
        assert done.status == 0, done.said
        (call,) = done.calls
        return call


@pytest.mark.parametrize("argv", [["%1", "{ntasks}"], ["%", "-n", "{ntasks}"]])
def test_a_launcher_is_no_job_of_the_shell(argv: list[str]) -> None:
    result = compiled({"launchers": {"batch": {"argv": argv}}})
    assert result.files is None
    assert "RL676" in {d.code for d in result.diagnostics}
