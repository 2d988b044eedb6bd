"""What is publicly known of ten sites, and how their profiles say it: the page docs/sites.md, whose facts are tried."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from relionc.source import load

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "sites.md"
START, END = (
    "<!-- Made by tests/site/test_site_table.py; do not edit. -->\n",
    "<!-- End of what is made. -->\n",
)


def values_of(path: Path) -> Any:
    tree = load(path.read_bytes(), path.name).tree
    assert tree is not None
    return tree.value


FACTS: dict[str, list[dict[str, str]]] = values_of(HERE / "facts.yaml")
PROFILES = {site: values_of(HERE / "sites" / f"{site}.yaml") for site in FACTS}
ROWS = [
    pytest.param(site, row, id=f"{site}-{row['fact'][:40]}") for site, rows in FACTS.items() for row in rows
]


def said(profile: Any, key: str) -> Any:
    """Return what a profile has at a dotted key; whose last part may be a version."""
    for part in key.split("."):
        assert part in profile, f"nothing at {key}"
        profile = profile[part]
    return profile


def script_of(site: str, job: str) -> str:
    written = (HERE / "sites" / f"{site}.txt").read_text(encoding="utf-8")
    parts = {part.partition("\n")[0]: part for part in f"\n{written}".split("\n== ")}
    return parts[job]


@pytest.mark.parametrize(("site", "row"), ROWS)
def test_a_fact_is_in_the_profile_and_in_the_script(site: str, row: dict[str, str]) -> None:
    assert ("key" in row) != ("not" in row)
    assert set(row) <= {"fact", "key", "shows", "hides", "not"}
    if "key" in row:
        assert said(PROFILES[site], row["key"]) not in (None, "", [])
    for way in ("shows", "hides"):
        if way in row:
            job, _, text = row[way].partition(": ")
            assert (text in script_of(site, job)) == (way == "shows")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(_shown(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_shown(each)}" for key, each in value.items())
    return str(value)


def _row(site: str, row: dict[str, str]) -> str:
    if "not" in row:
        return f"| {row['fact']} | not said | {row['not']} |"
    key = row["key"]
    job, _, text = row.get("shows", row.get("hides", "")).partition(": ")
    script = (
        f"`{job}`: `{text.strip()}`" if "shows" in row else f"`{job}`: no `{text}`" if "hides" in row else ""
    )
    value = _shown(said(PROFILES[site], key))
    value = value if len(value) < 44 else f"{value[:41]}..."
    return f"| {row['fact']} | `{key}: {value}` | {script} |"


def table() -> str:
    lines = []
    for site, rows in FACTS.items():
        profile = PROFILES[site]
        expressed = sum("key" in row for row in rows)
        lines += [f"## {profile['title']}", ""]
        lines += [f"{expressed} of {len(rows)} facts are said. Source: {profile['source']}.", ""]
        lines += [
            "| fact | the profile says | a script has |",
            "|---|---|---|",
            *(_row(site, row) for row in rows),
        ]
        lines += [""]
    return "\n".join(lines)


def test_the_page_has_them() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    made = f"{before}{START}\n{table()}\n{END}{after}"
    if os.environ.get("RELIONC_ACCEPT") == "1":
        PAGE.write_text(made, encoding="utf-8")
    assert made == PAGE.read_text(encoding="utf-8")


def test_all_ten_have_facts() -> None:
    sites = {path.stem for path in (HERE / "sites").glob("*.yaml") if not path.stem.startswith("jobs")}
    assert set(FACTS) == sites
    assert min(map(len, FACTS.values())) >= 3
