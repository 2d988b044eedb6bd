"""The built-in profiles: compiled from their data, valid, and true to what they stand for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from relionc import catalog, site
from relionc.pipeline.profile import from_value
from relionc.site.overlay import to_value
from relionc.slurm.constraint import constraint_allows, parse_constraint
from relionc.source import load

ROOT = Path(__file__).resolve().parents[2]
DATA = sorted((ROOT / "relionc" / "site" / "data").glob("*.yaml"))
SCHEMA = json.loads((ROOT / "schemas" / "cluster.v1.schema.json").read_text())


def value_of(path: Path) -> dict[str, object]:
    loaded = load(path.read_bytes(), path.name)
    assert loaded.tree is not None
    value: dict[str, object] = loaded.tree.value
    return value


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.stem)
def test_data_is_valid_and_points_editors_to_the_schema(path: Path) -> None:
    jsonschema.Draft7Validator(SCHEMA).validate(value_of(path))
    modeline = path.read_text().splitlines()[0]
    assert (
        path.parent / modeline.partition("$schema=")[2]
    ).resolve() == ROOT / "schemas" / "cluster.v1.schema.json"


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.stem)
def test_the_compiled_profile_is_what_the_data_says(path: Path) -> None:
    cluster, findings = from_value(value_of(path))
    assert findings == []
    assert cluster == site.builtin(path.stem)


def test_names_are_the_data_files() -> None:
    assert site.names() == tuple(sorted(path.stem for path in DATA))


@pytest.mark.parametrize("name", site.names())
def test_a_profile_survives_being_written_out(name: str) -> None:
    value = to_value(site.builtin(name))
    jsonschema.Draft7Validator(SCHEMA).validate(value)
    assert from_value(value) == (site.builtin(name), [])


@pytest.mark.parametrize("name", site.names())
def test_every_fact_has_a_source(name: str) -> None:
    cluster = site.builtin(name)
    for kind in ("node_types", "partitions", "launchers"):
        for part in getattr(cluster, kind):
            source = cluster.source_of(f"{kind}.{part}")
            assert source is not None
            assert source.text


@pytest.mark.parametrize("name", site.names())
def test_describe_fills_its_tables(name: str) -> None:
    tables = site.describe(site.builtin(name))
    assert {"cluster", "node types", "launchers", "sources"} <= {table.title for table in tables}
    assert all(len(row) == len(table.header) for table in tables for row in table.rows)
    shown = "\n".join(cell for table in tables for row in table.rows for cell in row)
    assert all(node in shown for node in site.builtin(name).node_types)


def test_an_unknown_name() -> None:
    assert site.nearest("biowolf") == "biowulf"
    assert site.nearest("zzzzz") is None
    with pytest.raises(KeyError):
        site.builtin("biowolf")


def test_looking_up_a_profile_reads_no_yaml_and_no_json() -> None:
    code = (
        "import sys; from relionc import site; site.builtin('biowulf');"
        "heavy = {'ruamel', 'json', 'lark', 'jsonschema', 'pathlib', 're', 'logging'} & set(sys.modules);"
        "before = {'re', 'pathlib', 'json', 'logging'} & set(sys.argv[1].split(',')); print(sorted(heavy - before))"
    )
    bare = subprocess.run(
        [sys.executable, "-c", "import sys, dataclasses; print(','.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    result = subprocess.run(
        [sys.executable, "-c", code, bare.stdout.strip()],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert result.stdout.strip() == "[]"


# --- what the profiles are for ---


def nodes_with(name: str, constraint: str, partition: str) -> list[str]:
    cluster = site.builtin(name)
    tree = parse_constraint(constraint)
    types = cluster.partitions[partition].node_types
    return [node for node in types if constraint_allows(tree, cluster.node_types[node].features)]


def test_the_old_cluster_holds_its_largest_example_job() -> None:
    """513 tasks of 4 CPUs at 10 GiB a CPU, on nodes of one processor type."""
    cluster = site.builtin("biowulf-2018")
    (name,) = nodes_with("biowulf-2018", "x2695", "multinode")
    node = cluster.node_types[name]
    tasks_per_node = min(node.cpus // 4, node.memory_mib // (4 * 10 * 1024))
    assert tasks_per_node * node.count >= 513


def test_the_lab_is_the_lab() -> None:
    """Node names, counts and amounts of the test cluster's slurm.conf."""
    cluster = site.builtin("lab")
    shape = {
        n.name: (n.count, n.cpus, n.memory_mib, n.gpus, n.scratch_gib) for n in cluster.node_types.values()
    }
    assert shape == {
        "k80": (8, 56, 245760, 4, 800),
        "p100": (4, 56, 122880, 4, 650),
        "x2680": (8, 56, 245760, 0, 800),
        "x2695": (8, 56, 245760, 0, 800),
    }
    assert [p.name for p in cluster.partitions.values() if p.default] == ["norm"]
    assert cluster.partitions["norm"].max_nodes == 1
    assert cluster.partitions["quick"].max_memory_per_node_mib == 122880
    assert cluster.launchers["batch"].mpi == "pmix"


@pytest.mark.parametrize("name", site.names())
def test_threads_are_given_for_job_types_that_there_are(name: str) -> None:
    known = {job_type for version in catalog.versions() for job_type in catalog.types(version)}
    assert {job_type for job_type, _ in site.builtin(name).policy.threads} <= known


def test_the_workstation_is_unknown_and_not_small() -> None:
    (node,) = site.builtin("local").node_types.values()
    assert not node.known
    assert site.builtin("local").partitions == {}


@pytest.mark.parametrize("name", [name for name in site.names() if site.builtin(name).scheduler == "slurm"])
def test_slurm_profiles_place_ranks_by_hostfile_and_count_them(name: str) -> None:
    batch = site.builtin(name).launchers["batch"]
    assert "{ntasks}" in batch.argv
    assert "{cpus_per_task}" in batch.argv
    assert batch.arbitrary
    assert batch.hostfile_variable
