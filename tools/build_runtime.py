"""Write the data of relionc/runtime/*.yaml, and the catalogue's markers, into templates/relionc-runtime.sh.

It stands there between two lines that say so.

Usage: python tools/build_runtime.py [--check]
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "templates" / "relionc-runtime.sh"
DATA = ROOT / "relionc" / "runtime"
BEGIN, END = "# --- what is data", "# --- end of what is made"


def read(path: Path) -> dict[str, Any]:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def table(name: str, values: dict[str, str]) -> list[str]:
    rows = [f"  [{key}]={shlex.quote(value)}" for key, value in values.items()]
    return [f"declare -A {name}=(", *rows, ")"]


def of_projects(data: dict[str, Any]) -> list[str]:
    """Return what the table of a project is called, and by the column of states the word for each."""
    pipeline, project = data["pipeline"], data["project"]
    processes, nodes, inputs, outputs = (
        pipeline[kind] for kind in ("processes", "nodes", "inputs", "outputs")
    )
    number, label = (style["node_type"] for style in project["styles"])
    more = {name: value for style in project["styles"] for name, value in style["more"].items()}
    names = {
        "table": pipeline["file"],
        **{kind: f"data_{pipeline[kind]['table']}" for kind in ("processes", "nodes", "inputs", "outputs")},
        "name": f"_{processes['name']}",
        "alias": f"_{processes['alias']}",
        "no_alias": data["no_alias"],
        "counter": f"_{project['general']['counter']}",
        "node": f"_{nodes['name']}",
        "node_type": f"_{number}",
        "node_label": f"_{label}",
        "input_node": f"_{inputs['node']}",
        "input_process": f"_{inputs['process']}",
        "output_node": f"_{outputs['node']}",
        "output_process": f"_{outputs['process']}",
        "more": " ".join(f"_{name} {value}" for name, value in more.items()),
        "continues": f"_{project['continues']}",
        "offered": project["nodes"],
        **{
            key: project[key]
            for key in ("version", "changed", "lock_folder", "lock_file", "job_file", "job_table", "note")
        },
    }
    states = {
        f"_{style['status']}.{state}": style[state]
        for style in project["styles"]
        for state in ("scheduled", "running", "success", "failure", "aborted")
    }
    return [
        "# The jobs of a RELION project (relionc/catalog/data/pipelines.yaml).",
        *table("rc_project", names),
        *table("rc_state_word", states),
    ]


def made() -> list[str]:
    """Return the lines between the two marks."""
    words, endings = read(DATA / "words.yaml"), read(DATA / "endings.yaml")["endings"]
    markers = read(ROOT / "relionc/catalog/data/versions.yaml")["markers"]
    spoken = {
        name: each["regex"]
        for group in ("slurm", "launchers", "system", "relion")
        for name, each in words[group].items()
        if not (group == "slurm" and name == "memory")
    }
    spoken["memory_of_slurm"] = words["slurm"]["memory"]["regex"]
    warnings = words["warnings"]
    lines = ["", "# What Slurm, launchers and RELION print (words.yaml has the sources)."]
    lines += table("rc_word", spoken)
    lines += table("rc_warning", {name: each["regex"] for name, each in warnings.items()})
    lines += table("rc_warning_says", {name: each["say"] for name, each in warnings.items()})
    for name, values in (("rc_marker", markers), ("rc_iteration", words["iteration"])):
        lines += table(name, {key: value for key, value in values.items() if key != "source"})
    lines += table("rc_python_of", words["python"]["calls"])
    lines += of_projects(read(ROOT / "relionc/catalog/data/pipelines.yaml"))
    lines += [
        "",
        "# relionc_ending NAME: sets the caller's status, marker, code and say.",
        "relionc_ending() {",
        "  case $1 in",
    ]
    for name, each in endings.items():
        marker, code, say = each.get("marker", "''"), each.get("code", "''"), shlex.quote(each["say"])
        lines.append(f"    {name}) status={each['status']} marker={marker} code={code} say={say} ;;")
    return [*lines, "  esac", "}", ""]


def text(now: str) -> str:
    """Return the runtime with its data."""
    lines = now.split("\n")
    first = next(i for i, line in enumerate(lines) if line.startswith(BEGIN))
    last = next(i for i, line in enumerate(lines) if line.startswith(END))
    return "\n".join([*lines[: first + 1], *made(), *lines[last:]])


def main() -> int:
    now = TARGET.read_text(encoding="utf-8")
    if "--check" in sys.argv[1:]:
        fresh = now == text(now)
        print("fresh" if fresh else "stale: run python tools/build_runtime.py")
        return 0 if fresh else 1
    TARGET.write_text(text(now), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
