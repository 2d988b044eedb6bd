"""The compiled catalogue is what the YAML says, and a further version is an edit of data only."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from relionc import catalog
from relionc.catalog.compiled import Archive, frozen, pack, part
from relionc.catalog.compiler import CatalogError, catalogue, compile_all, compile_type, read_data
from relionc.catalog.compiler.pipeliner import compile_pipeliner
from relionc.catalog.compiler.ranges import matches
from relionc.catalog.compiler.release import Release

ROOT = Path(__file__).parent.parent.parent


DATA = str(ROOT / "relionc" / "catalog" / "data")


@pytest.fixture
def data() -> dict[str, Any]:
    return copy.deepcopy(read_data(DATA))


def test_every_part_is_what_the_yaml_says() -> None:
    """Numbers stay numbers of their kind, and tables keep their order: both reach commands."""
    made = catalogue(DATA)
    assert len(made) > 100
    for name, value in made.items():
        assert repr(frozen(part(name))) == repr(value), name


def test_the_same_yaml_makes_the_same_bytes() -> None:
    code = (
        "import sys; from relionc.catalog.compiled import pack; from relionc.catalog.compiler import catalogue;"
        f"from relionc.store.digest import of_bytes; print(of_bytes(pack(catalogue({DATA!r}))))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1


def test_loading_a_type_reads_no_other_part(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    whole = Archive(pack(catalogue(DATA)))
    monkeypatch.setattr("relionc.catalog.compiled._archive", lambda: whole)
    monkeypatch.setattr(
        Archive, "part", lambda self, name, get=Archive.part: read.append(name) or get(self, name)
    )
    part.cache_clear()
    catalog.load.cache_clear()
    catalog.load("class3d", "3.1")
    part.cache_clear()
    assert read == ["index", "3.1/class3d"]


def test_loading_a_type_needs_neither_yaml_nor_lark() -> None:
    part("index")  # compiled by now
    code = (
        "import sys; from relionc import catalog; from relionc.lower import commands;"
        "t = catalog.load('class3d', '3.1');"
        "commands.relion_commands(t, {'fn_img': 'a', 'fn_ref': 'b'}, output='C/', is_continue=False);"
        "print([m for m in sys.modules if m.split('.')[0] in ('lark', 'ruamel', '_ruamel_yaml')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def with_version(data: dict[str, Any], version: str) -> dict[str, Any]:
    """Return the data with one more version, as an edit of the YAML adds it."""
    releases = data["versions"]["versions"]
    releases[version] = {**releases["5.0"], "tag": f"{version}.0", "star_version": "70001"}
    kinds = data["versions"]["node_types"]
    kinds["particles"] = {">=7.0": "Particles.star", **kinds["particles"]}
    class3d = data["class3d"]
    class3d["versions"][version] = {"type_id": "relion.class3d"}
    class3d["options"]["Optimisation"]["do_magic"] = {
        "versions": ">=7.0",
        "label": "Do magic?",
        "kind": "bool",
        "default": "Yes",
        "about": "Better maps for nothing.",
    }
    command = next(step for step in class3d["steps"] if "command" in step)["command"]
    command.append({"text": "--magic", "when": "do_magic", "versions": ">=7.0"})
    return data


def test_a_made_up_version_needs_no_python(data: dict[str, Any]) -> None:
    before = compile_all(data)
    after = compile_all(with_version(data, "7.2"))
    assert {version: types for version, types in after.items() if version != "7.2"} == before
    job_type = catalog.from_data(after["7.2"]["class3d"])
    from relionc.lower.commands import relion_commands

    made = relion_commands(job_type, {"fn_img": "a", "fn_ref": "b"}, output="C/", is_continue=False)
    assert "--magic" in made.texts[0]
    assert made.input_nodes[0] == ("a", "Particles.star")
    assert (job_type.type_id, job_type.is_tomo) == ("relion.class3d", False)
    assert job_type.options["do_magic"].flag == "--magic"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda d: d["class3d"]["steps"].append({"text": "--x {nr_clases}"}), "nr_clases"),
        (lambda d: d["class3d"]["steps"].append({"text": "--x {1 +}"}), "ends too early"),
        (lambda d: d["class3d"]["options"]["I/O"].update(new={"label": "x"}), "option new"),
        (lambda d: d["class3d"]["steps"].append({"use": "nothing"}), "nothing"),
        (lambda d: d["class3d"]["steps"].append({"text": "--x", "vesions": ">=3.0"}), "vesions means nothing"),
        (lambda d: d["class3d"]["steps"].append({"if": "true"}), "a step with if"),
        (lambda d: d["class3d"]["steps"].append({"text": {"<3.0": "--x"}}), "no text for this version"),
        (lambda d: d["class3d"]["steps"].append({"output": {"path": "x", "type": "sequence"}}), "files 'sequence'"),
        (lambda d: d["class3d"].update(like="class3d_tomo"), "class3d_tomo is itself like another type"),
        (lambda d: d["class3d"]["traits"].update(gpus=True), "gpus means nothing"),
        (lambda d: d["class3d"]["options"]["I/O"].update(fn_img={"kind": "path"}), "'path' is not one of"),
        (lambda d: d["class3d"].update(names={"root": "root + 'x'"}), "'root' is neither"),
        (lambda d: d["class3d"]["steps"].append({"refuse": "RL1", "option": "no", "when": "true"}), "'no'"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_data_is_named_with_its_file(data: dict[str, Any], edit: Any, words: str) -> None:
    edit(data)
    with pytest.raises(CatalogError, match=r"class3d\.yaml, version 3\.1") as caught:
        compile_type(data, "class3d", "3.1")
    assert words in str(caught.value)


def test_a_kind_of_files_is_more_special_only_where_kinds_have_labels(data: dict[str, Any]) -> None:
    kinds = {version: Release(version, data["versions"]) for version in data["versions"]["versions"]}
    assert kinds["3.1"].node_type("particles.class3d") == "3"
    assert kinds["4.0"].node_type("particles.class3d") == "ParticlesData.star.relion.class3d"
    assert kinds["5.0"].node_type({"<5.0": "map", ">=5.0": "mask"}) == "Mask3D.mrc"
    assert kinds["5.0"].node_type("Some.label.of.relion") == "Some.label.of.relion"


def test_a_type_takes_what_it_names_from_the_type_it_is_like(data: dict[str, Any]) -> None:
    base, tomo = (compile_type(data, name, "5.0") for name in ("class3d", "class3d_tomo"))
    for key in ("nr_classes", "do_blush", "sampling"):
        assert tomo["options"][key] == base["options"][key]
    assert "fn_img" not in tomo["options"]
    assert tomo["options"]["tau_fudge"]["default"] == "1"
    assert {**tomo["traits"], "run_rules": ()} == {**base["traits"], "run_rules": ()}


def test_a_type_like_another_has_its_rules_and_those_shared_for_its_own_options(data: dict[str, Any]) -> None:
    base, tomo = (
        compile_type(data, name, "5.0")["traits"]["run_rules"] for name in ("class3d", "class3d_tomo")
    )
    own = len(data["class3d"]["traits"]["run_rules"]) - 1  # one is for versions before 3.0
    assert own > 0
    assert tomo[:own] == base[:own]
    assert {rule["option"] for rule in base if rule not in tomo} == {"fn_img"}
    assert {rule["option"] for rule in tomo if rule not in base} == {
        "in_optimisation", "in_particles", "in_tomograms", "do_parallel_discio",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda facts: facts.update(wait="1"), "wait means nothing"),
        (lambda facts: facts.pop("lock"), "lacks lock"),
        (lambda facts: facts.update(add="job.star"), "where a list is needed"),
        (lambda facts: facts["queued"].update(do_queue=True), "where a text is needed"),
    ],
)
def test_a_mistake_in_what_is_known_of_the_pipeliner_is_named(
    data: dict[str, Any], edit: Any, words: str
) -> None:
    edit(data["pipeliner"])
    with pytest.raises(CatalogError, match=words):
        compile_pipeliner(data["pipeliner"])


@pytest.mark.parametrize(
    ("text", "version", "inside"),
    [
        ("<3.1", "3.0", True),
        ("<3.1", "3.1", False),
        (">=3.0 <4.0", "3.1", True),
        (">=3.0 <4.0", "4.0", False),
        ("2.1 3.1", "3.1", True),
        ("2.1 3.1", "3.0", False),
        (">=3.1", "10.0", True),
        ("<=3.1", "3.1", True),
        (">3.1", "3.1", False),
    ],
)
def test_ranges_of_versions(text: str, version: str, inside: bool) -> None:
    assert matches(text, version) == inside
