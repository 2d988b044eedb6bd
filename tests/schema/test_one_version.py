"""`relionc schema --relion V` is the schema of specs for that version: its job types and options, and no others."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from relionc import catalog
from relionc.catalog.json_schema import of_version

ROOT = Path(__file__).resolve().parents[2]
GENERAL = json.loads((ROOT / "schemas" / "spec.v1.schema.json").read_text("utf-8"))


def validator(version: str) -> jsonschema.Draft7Validator:
    schema = of_version(GENERAL, version)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def spec(version: str, name: str, options: dict[str, Any]) -> dict[str, Any]:
    return {"relionc": 1, "relion": version, "jobs": {"one": {"type": name, "options": options}}}


@pytest.mark.parametrize("version", catalog.versions())
def test_all_options_of_all_job_types_are_taken(version: str) -> None:
    check = validator(version)
    for name in catalog.types(version):
        options = {key: option.default for key, option in catalog.load(name, version).options.items()}
        assert [error.message for error in check.iter_errors(spec(version, name, options))] == []


@pytest.mark.parametrize("version", catalog.versions())
def test_what_only_other_versions_have_is_refused(version: str) -> None:
    check = validator(version)
    refused = 0
    for other in catalog.versions():
        for name in set(catalog.types(other)) - set(catalog.types(version)):
            assert not check.is_valid(spec(version, name, {}))
            refused += 1
        for name in set(catalog.types(other)) & set(catalog.types(version)):
            here = catalog.load(name, version).options
            for key in set(catalog.load(name, other).options) - set(here):
                assert not check.is_valid(spec(version, name, {key: "1"}))
                refused += 1
    assert refused > 20


@pytest.mark.parametrize("version", catalog.versions())
def test_the_version_itself_is_checked(version: str) -> None:
    check = validator(version)
    assert check.is_valid(spec(version, "class3d", {}))
    assert check.is_valid(spec(f"{version}.1", "class3d", {}))
    assert not any(
        check.is_valid(spec(other, "class3d", {})) for other in catalog.versions() if other != version
    )


def test_the_general_schema_is_left_as_it_is() -> None:
    before = json.dumps(GENERAL)
    of_version(GENERAL, "3.1")
    assert json.dumps(GENERAL) == before


def relionc(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "relionc", "schema", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_prints_it() -> None:
    done = relionc("--relion", "5.0.1")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found == of_version(GENERAL, "5.0")
    assert found["title"].endswith(", for RELION 5.0")
    assert found["definitions"]["options_class3d"]["properties"]["do_blush"]["title"]
    assert relionc().stdout == (ROOT / "schemas" / "spec.v1.schema.json").read_text("utf-8")


@pytest.mark.parametrize("arguments", [("--relion", "9.9"), ("cluster", "--relion", "3.1")])
def test_a_schema_that_is_not_there_is_a_wrong_call(arguments: tuple[str, ...]) -> None:
    done = relionc(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("relionc: ")
    assert done.stdout == ""
