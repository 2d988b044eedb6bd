"""manifest.json: what a build was made of and what it made, with digests, and nothing of when or where."""

from __future__ import annotations

import json
from collections.abc import Mapping

from relionc.store.digest import of_bytes
from relionc.store.json_of_others import values_in
from relionc.store.paths import is_safe

NAME = "manifest.json"
VERSION = 1
MOST = 50_000
"""Artifacts of a build: a thousand jobs have some eight each."""
Facts = Mapping[str, object]


def text(inputs: Mapping[str, Facts], artifacts: Mapping[str, Facts], version: str) -> bytes:
    """Return the manifest; one line per input and per artifact, in the order given."""
    return (
        f'{{\n  "manifest_version": {VERSION},\n  "relionc": {_json(version)},\n'
        f'  "inputs": {_table(inputs)},\n  "artifacts": {_table(artifacts)}\n}}\n'
    ).encode()


def facts_of(files: Mapping[str, bytes]) -> dict[str, Facts]:
    """Return what the manifest says of each file."""
    return {path: {"sha256": of_bytes(content), "bytes": len(content)} for path, content in files.items()}


def _table(rows: Mapping[str, Facts]) -> str:
    if not rows:
        return "{}"
    lines = (f"    {_json(name)}: {_json(dict(facts))}" for name, facts in rows.items())
    return "{\n" + ",\n".join(lines) + "\n  }"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def artifacts_of(content: bytes) -> dict[str, Facts]:
    """Return the artifacts that an earlier build's manifest lists; nothing if it is not one of ours.

    The file may have been edited: names that could leave the build directory are left out.
    """
    try:
        document = values_in(content)
    except ValueError:
        return {}
    rows = document.get("artifacts") if isinstance(document, dict) else None
    if not isinstance(rows, dict) or document.get("manifest_version") != VERSION or len(rows) > MOST:
        return {}
    return {path: facts for path, facts in rows.items() if is_safe(path) and isinstance(facts, dict)}
