"""What the spec language allows, and what the schema tells an editor."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft7Validator

from relionc import catalog, schema
from relionc.resources import folder
from relionc.source import load


def value_of(text: str) -> Any:
    tree = load(text.encode(), "f").tree
    assert tree is not None
    return tree.value


@pytest.fixture(scope="module")
def full() -> dict[str, Any]:
    with open(f"{folder('schemas')}/spec.v1.schema.json", encoding="utf-8") as file:
        loaded: dict[str, Any] = json.load(file)
    return loaded


EVERYTHING = """
relionc: 1
cluster: profiles/mine.yaml
relion: 3.1
first_job: 25
vars: {star: a.star, n: 4, fast: true, none: ~, both: "${{ vars.star }}.x"}
defaults:
  resources: {time: 12:00:00, nodes: "${{ vars.n }}", account: x}
  slurm: {mail-type: END}
  project: /data/p
jobs:
  Class3D_1-a:
    type: class3d
    options: {fn_img: "${{ vars.star }}", nr_classes: 6, do_preread_images: yes, use_gpu: true, fn_mask: , a: 60.5}
    extra_args: --random_seed 0
    data: {particles: 105247, box: "${{ vars.n * 90 }}", angpix: 1.34, micrographs: 1, micrograph_width: 4096,
           micrograph_height: 4096, frames: 16, unique_particles: 105247, float16: no, planes: 1, tomograms: 2}
    resources:
      partition: gpu
      constraint: x2695
      nodes: 4
      ntasks: 17
      ntasks_per_node: 5
      cpus_per_task: 4
      gpus: {type: p100, per_node: 4}
      ranks_per_gpu: 1
      mem_per_cpu: 6g
      mem: 4000
      scratch: 200G
      time: 1-00:00:00
      exclusive: true
      account: "a"
      qos: high
    layout: homogeneous+1
    slurm: {mail-type: END, exclusive: true, nice: 10, comment: "${{ vars.star }}", requeue: }
    output: Class3D/job025/
    project: sub
    interactive: false
    after: [b]
    continue: true
    restart: auto
    overwrite: no
    matrix:
      K: [2, 4.5, text, ~]
      tau: {from: 1, to: 4, step: 0.5}
      zip: {x: [1, 2], y: "${{ [3, 4] }}"}
      exclude: [{K: 2, x: 1}]
      name: "k${{ matrix.K }}"
  b:
    type: import
    each: Class3D_1-a
    resources: {gpus: p100, exclusive: "${{ true }}", time: 60}
    layout: ${{ vars.l }}
  c: {type: x, resources: {gpus: 4}}
"""


def test_every_key_of_the_language(full: dict[str, Any]) -> None:
    value = value_of(EVERYTHING)
    assert schema.check("spec", value) == []
    used = {key for job in value["jobs"].values() for key in job}
    job = full["definitions"]["job"]["properties"]
    assert used == set(job)
    assert set(value) == set(full["properties"])
    for part in ("resources", "data"):
        assert set(value["jobs"]["Class3D_1-a"][part]) == set(full["definitions"][part]["properties"])


def test_every_key_has_a_title_and_a_description(full: dict[str, Any]) -> None:
    def bare(part: Any, route: str) -> list[str]:
        if not isinstance(part, dict):
            return []
        named = part.get("properties", {})
        lacking = [
            f"{route}/{name}"
            for name, inner in named.items()
            if not ({"title", "description"} <= set(inner) or _referred(full, inner).get("title"))
        ]
        return lacking + [
            text
            for word in ("properties", "definitions")
            for name, inner in part.get(word, {}).items()
            if not name.startswith("options_")
            for text in bare(inner, f"{route}/{name}")
        ]

    assert bare(full, "") == []


def _referred(full: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    name = part.get("$ref", "").removeprefix("#/definitions/")
    found: dict[str, Any] = full["definitions"].get(name, {})
    return found


def test_editors_know_the_options_of_each_type(full: dict[str, Any]) -> None:
    for version in catalog.versions():
        for name in catalog.types(version):
            job_type = catalog.load(name, version)
            offered = full["definitions"][f"options_{name}"]["properties"]
            assert set(job_type.options) <= set(offered)
            spec = {
                "relionc": 1,
                "jobs": {"a": {"type": name, "options": dict.fromkeys(job_type.options, "${{ 1 }}")}},
            }
            assert Draft7Validator(full).is_valid(spec)
            spec["jobs"]["a"]["options"] = {"no_such_option": 1}  # type: ignore[index]
            assert not Draft7Validator(full).is_valid(spec)
            assert schema.accepts("spec", spec), "for the catalogue to say, with the version at hand"


def test_editors_know_the_types(full: dict[str, Any]) -> None:
    assert not Draft7Validator(full).is_valid({"relionc": 1, "jobs": {"a": {"type": "clas3d"}}})
    assert schema.accepts("spec", {"relionc": 1, "jobs": {"a": {"type": "clas3d"}}})


@pytest.mark.parametrize("kind", ["spec", "cluster", "plan"])
def test_the_schema_is_draft_07(kind: str) -> None:
    with open(f"{folder('schemas')}/{kind}.v1.schema.json", encoding="utf-8") as file:
        loaded = json.load(file)
    assert loaded["$schema"] == "http://json-schema.org/draft-07/schema#"
    Draft7Validator.check_schema(loaded)
