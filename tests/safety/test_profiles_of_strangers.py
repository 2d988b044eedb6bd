"""Texts in every place of a profile: refused, or they stay words and values when bash runs the script."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_specs_of_strangers import CANARY, FAKE, SLURM, TEXTS

from relionc.pipeline import Compiled, Disk, Request, compile_spec
from relionc.slurm.directives import said
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


def compiled(changes: dict[str, Any]) -> Compiled:
    profile = {
        "profile": 1,
        "name": "mine",
        "scheduler": "slurm",
        "node_types": {"a": NODE},
        "partitions": {"p": {"node_types": ["a"], "default": True}},
        "launchers": {"batch": BATCH},
        **changes,
    }
    job = {
        "type": "class3d",
        "options": {"fn_img": "p.star", "fn_ref": "r.mrc"},
        "resources": {"gpus": 2, "nodes": 1},
    }
    spec = {"relionc": 1, "cluster": "./profile.yaml", "relion": "3.1", "jobs": {"a": job}}

    def read(path: str) -> bytes:
        if path.endswith("profile.yaml"):
            return json.dumps(profile).encode()
        raise FileNotFoundError(2, "No such file or directory", path)

    request = Request(path="spec.yaml", data=json.dumps(spec).encode())
    return compile_spec(request, Disk(read, lambda *_: None))


@settings(deadline=None, max_examples=DRAWS, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(PLACES)), TEXTS)
def test_a_text_of_a_profile_runs_nothing_and_forges_no_directive(place: str, text: str) -> None:
    result = compiled(PLACES[place](text))
    if result.files is None:
        assert result.diagnostics
        return
    script = result.files["a/run.sbatch"]
    for each in said(script.decode().splitlines()):
        assert each.name in OPTIONS, each
        assert each.name not in ("wrap", "array", "chdir"), each
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bin").mkdir()
        for program in ("srun", "relion_refine", "relion_refine_mpi"):
            (folder / "bin" / program).write_text(FAKE.format(notes=folder / "notes", end="end"))
            (folder / "bin" / program).chmod(0o755)
        (folder / "bin/scontrol").write_text('#!/bin/bash\nprintf "n1\\n"\n')
        (folder / "bin/scontrol").chmod(0o755)
        env = {"PATH": f"{folder}/bin:{os.environ['PATH']}", "HOME": "/home/somebody", **SLURM}
        subprocess.run(["bash", "-s"], input=script, cwd=folder, env=env, capture_output=True, check=False)
        assert [path for path in folder.rglob("*") if re.search(CANARY, path.name)] == []
