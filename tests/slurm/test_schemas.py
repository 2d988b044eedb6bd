"""What the schemas tell editors of sbatch options and names is what relionc itself decides."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft7Validator

from relionc.pipeline import Disk, Request, compile_spec
from relionc.pipeline.profile import from_value
from relionc.resources import folder
from relionc.slurm.options import ALWAYS, NEVER, OPTIONS

TEXTS = [
    "a",
    "a_1",
    "A.b",
    "gpu=1",
    "a:b",
    "1a",
    "a b",
    "",
    "-a",
    "a\nb",
    "a\tb",
    "ä",
    "a;b",
    "$x",
    "a/b",
    "a+b",
]


def schema_of(kind: str) -> dict[str, Any]:
    with open(f"{folder('schemas')}/{kind}.v1.schema.json", encoding="utf-8") as file:
        schema: dict[str, Any] = json.load(file)
    return schema


CLUSTER = Draft7Validator(schema_of("cluster"))
SLURM = Draft7Validator({"$ref": "#/definitions/slurm", "definitions": schema_of("spec")["definitions"]})


def spec(**slurm: Any) -> dict[str, Any]:
    job = {
        "type": "class3d",
        "options": {"fn_img": "p.star", "fn_ref": "r.mrc", "particle_diameter": 300},
        "data": {"particles": 1000, "box": 100},
        "slurm": slurm,
    }
    return {"relionc": 1, "cluster": "biowulf", "relion": "3.1", "jobs": {"a": job}}


def refused(value: dict[str, Any]) -> set[str]:
    """Return the codes of what is wrong with a spec."""

    def read(path: str) -> bytes:
        raise FileNotFoundError(2, "No such file or directory", path)

    done = compile_spec(Request(path="s.yaml", data=json.dumps(value).encode()), Disk(read, lambda *_: None))
    return {each.code for each in done.diagnostics if each.severity == "error"}


@pytest.mark.parametrize(
    "name", [*OPTIONS, "mail_type", "Mail-Type", "--mail-type", "arr", "threads", "a\nb", "", "N"]
)
def test_editors_offer_what_a_user_may_say(name: str) -> None:
    said = {name: True if name in OPTIONS and OPTIONS[name].value == NEVER else "block"}
    assert SLURM.is_valid(said) == (refused(spec(**said)) == set())


@pytest.mark.parametrize("name", [name for name, row in OPTIONS.items() if row.value == NEVER])
def test_editors_know_flags(name: str) -> None:
    assert not SLURM.is_valid({name: "x"})
    assert refused(spec(**{name: "x"})) == {"RL607"}


@pytest.mark.parametrize("name", ["mail_type", "Mail-Type", "--mail-type", "mail type", " mail-type"])
def test_a_name_in_another_spelling_is_told_the_right_one(name: str) -> None:
    assert refused(spec(**{name: "END"})) == {"RL613"}


def profile(**changes: Any) -> dict[str, Any]:
    return {
        "profile": 1,
        "name": "mine",
        "scheduler": "slurm",
        "node_types": {"n": {"cpus": 8, "memory": "64G", "gpus": 1, **changes.pop("node", {})}},
        "partitions": {"p": {"node_types": ["n"]}},
        "launchers": {"batch": {"argv": ["srun", "-n", "{ntasks}"], **changes.pop("launcher", {})}},
        **changes,
    }


PLACES = {
    "environment": lambda text: profile(environment={text: "x"}),
    "exports": lambda text: profile(launcher={"exports": {text: "x"}}),
    "partitions": lambda text: profile(partitions={text: {"node_types": ["n"]}}),
    "hostfile_variable": lambda text: profile(
        launcher={"hostfile_variable": text, "arbitrary": ["-m"][: len(text)]}
    ),
    "mpi": lambda text: profile(launcher={"mpi": text, "argv": ["srun", f"--mpi={text}", "-n", "{ntasks}"]}),
    "unset": lambda text: profile(launcher={"unset": [text]}),
    "one unset": lambda text: profile(launcher={"unset": text}),
    "gres_gpu": lambda text: profile(gres_gpu=text),
    "gpu_type": lambda text: profile(node={"gpu_type": text}),
    "features": lambda text: profile(node={"features": ["ok", text]}),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", TEXTS)
def test_editors_and_the_reader_of_profiles_agree_on_names(place: str, text: str) -> None:
    value = PLACES[place](text)
    _, findings = from_value(value)
    assert CLUSTER.is_valid(value) == (findings == [])


@pytest.mark.parametrize("name", [*OPTIONS, "arr", "mail_type", "--wrap", ""])
def test_editors_offer_what_a_profile_may_say(name: str) -> None:
    value = profile(directives={name: "x" if name not in OPTIONS or OPTIONS[name].value == ALWAYS else True})
    _, findings = from_value(value)
    assert CLUSTER.is_valid(value) == (findings == [])
