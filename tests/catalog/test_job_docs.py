"""The pages of docs/jobs are what the catalogue says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_pages_are_fresh() -> None:
    spec = importlib.util.spec_from_file_location("build_job_docs", ROOT / "tools" / "build_job_docs.py")
    assert spec
    assert spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    written = {path.name: path.read_text("utf-8") for path in (ROOT / "docs" / "jobs").glob("*.md")}
    assert written == tool.pages(), "run tools/build_job_docs.py"
