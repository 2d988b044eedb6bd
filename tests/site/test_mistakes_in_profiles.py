"""Each of many mistakes in a profile has a message of its own; what only looks like one has none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from relionc.cli import app
from relionc.source import load

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent / "mistakes"
SAID = HERE / "said.txt"
BASE = (HERE / "base.yaml").read_text(encoding="utf-8")


def rows() -> list[Any]:
    listed = load((HERE / "mistakes.yaml").read_bytes(), "mistakes.yaml")
    assert listed.tree is not None
    value: list[Any] = listed.tree.value
    return value


ROWS = rows()


def profile(row: dict[str, Any]) -> str:
    """Return the profile with this mistake."""
    text = BASE.replace(row["old"], row["new"]) if "old" in row else BASE + row["new"] + "\n"
    assert text != BASE, row["name"]
    return text


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    """Return what is written down for each mistake."""
    parts = SAID.read_text(encoding="utf-8").split("\n== ") if SAID.exists() else []
    return {part.partition("\n")[0].removeprefix("== "): part.partition("\n")[2].strip() for part in parts}


@pytest.fixture(scope="module", autouse=True)
def _accepted() -> Iterator[None]:
    """Write down what is said now, where that is asked for."""
    heard.clear()
    yield
    if os.environ.get("RELIONC_ACCEPT") == "1" and len(heard) == len(ROWS):
        SAID.write_text(
            "\n\n".join(f"== {name}\n{text}" for name, text in heard.items()) + "\n", encoding="utf-8"
        )


heard: dict[str, str] = {}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_a_mistake_has_its_message(
    row: dict[str, Any],
    said: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "m.yaml").write_text(profile(row), encoding="utf-8")
    (tmp_path / "spec.yaml").write_bytes((HERE / "spec.yaml").read_bytes())
    monkeypatch.chdir(tmp_path)
    code = app.run(["lint", "spec.yaml", "--cluster", "m.yaml"])
    lines = capsys.readouterr().err.splitlines()
    told = [line for line in lines if "error[" in line or "warning[" in line or line.startswith("   help: ")]
    heard[row["name"]] = "\n".join(line.rstrip() for line in told)
    if os.environ.get("RELIONC_ACCEPT") != "1":
        assert heard[row["name"]] == said[row["name"]]
    if row.get("fine"):
        assert (code, told) == (0, [])
    else:
        assert told
        assert all(":" in line.partition(" ")[0] for line in told if not line.startswith(" "))
