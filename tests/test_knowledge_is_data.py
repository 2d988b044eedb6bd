"""What RELION and the clusters are like stands in data files; the code holds none of it.

Texts of the code are compared with what the catalogue and the profiles know. An exception is listed with its
reason, and a listed exception that is no longer there fails too.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

from relionc import catalog, site

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
CODE = ROOT / "relionc"
GENERATED = ("site/_built", "schema/_fast", "emit/_templates.py")
FLAG = re.compile(r"(?<![\w-])--[a-z][\w-]*")
PROGRAM = re.compile(r"\brelion_[a-z]\w*")
LABEL = re.compile(r"\b_?rln[A-Z]\w*")

# Flags that are not RELION's.
FLAGS = {
    "cli/app.py": "the options of relionc itself, declared",
    "cli/completion.py": "fish's, in the script for it: --no-files --command --arguments",
    "cli/options.py": "an option of relionc itself, declared: --help",
    "cli/import_.py": "the options of relionc itself, in what it says",
    "cli/build.py": "the options of relionc itself, in what it says",
    "store/build_dir.py": "an option of relionc itself, in what it says: --force",
    "rules/request/memory_twice.py": "sbatch's, quoted from what it answers: --mem --mem-per-cpu --mem-per-gpu",
    "rules/template/unknown_name.py": "an option of relionc itself, in what it says: --extra",
    "queue_template/plans.py": "sbatch's, in the call that submits: --chdir",
    "cli/cluster_import.py": "an option of relionc itself, in what it says: --update",
    "pipeline/cluster_file.py": "an option of relionc itself, in what it writes: --update",
    "survey/draft.py": "an option of relionc itself, in what it says: --all",
    "survey/saved.py": "options of Slurm's programs, in the names of sources: --mpi --json",
    "runs/clients.py": "sbatch's, in the calls of Slurm's programs: --parsable --hold --chdir --dependency --test-only",
    "cli/resolved.py": "an option of relionc itself, in what it says: --spec",
    "pipeline/pipeliner.py": "the loader's, for programs that were unpacked: --library-path",
    "slurm/versions.py": "sbatch's, in the words for what versions of Slurm do differently",
    "lower/script.py": "sbatch's, in the call that submits: --parsable --dependency --kill-on-invalid-dep",
}
# Labels of STAR files: the few that make a job file one.
LABELS = {
    "source/jobfile.py": "the form of a job file, read line by line as RELION does",
    "emit/jobfile.py": "the form of a job file, written as RELION does",
}
# Words of ours that are also an option's name in some version.
OURS = {
    "angpix": "a key of `data:`",
    "box": "a key of `data:`",
    "gpu_ids": "a role of options (catalog.types.Option), and a pin",
    "range": "a key of the catalogue's data",
    "node_type": "a key of plan.json, of the catalogue's data and of its records",
    "scratch_dir": "a role of options, and a pin",
    "use_gpu": "a role of options, and a pin",
}
# Memory models of `plan`, which a job type of the catalogue asks for by name.
MODELS = {"motioncorr": "the memory that a rank of motion correction takes (plan/amounts.py)"}
# Words that are also the name of a job type.
WORDS = {
    "import": "a command of relionc",
    "external": "an option of sbatch (slurm/options.py)",
    "select": "a word of bash",
    "subtract": "what - does, in messages of expressions",
}
# Words of Slurm that are also the name of a partition somewhere.
SLURMS = {"gpu": "Slurm's own name for GPUs as a generic resource (gres)"}


def _files() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(CODE.rglob("*.py")):
        name = file.relative_to(CODE).as_posix()
        if not name.startswith(GENERATED):
            yield name, ast.parse(file.read_text())


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the texts of a module that are not docstrings, with their lines."""
    notes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes:
            yield node.lineno, node.value


def _option_names() -> set[str]:
    return {
        name
        for version in catalog.versions()
        for job_type in catalog.types(version)
        for name in catalog.load(job_type, version).options
    }


def _job_types() -> set[str]:
    """Return the names of job types, and of the folders they write to."""
    found = set()
    for version in catalog.versions():
        for name in catalog.types(version):
            found |= {name, catalog.load(name, version).job_dir}
    return found


def _cluster_words() -> set[str]:
    words: set[str] = set()
    for cluster in map(site.builtin, site.names()):
        words |= set(cluster.partitions) | set(cluster.node_types)
        for node in cluster.node_types.values():
            words |= {*node.features, node.gpu_type} - {""}
    return words


def test_no_flag_of_relion_stands_in_the_code() -> None:
    found = [
        (name, line, flag)
        for name, tree in _files()
        for line, text in _texts(tree)
        for flag in FLAG.findall(text)
    ]
    assert not [f"{name}:{line}: {flag}" for name, line, flag in found if name not in FLAGS]
    assert {name for name, _, _ in found} == set(FLAGS), "an exception is no longer needed"


def test_no_label_of_a_star_file_stands_in_the_code() -> None:
    """Columns of data files are in `catalog/data/starfiles.yaml`."""
    found = [
        (name, line, text) for name, tree in _files() for line, text in _texts(tree) if LABEL.search(text)
    ]
    assert not [f"{name}:{line}: {text}" for name, line, text in found if name not in LABELS]
    assert {name for name, _, _ in found} == set(LABELS), "an exception is no longer needed"


def test_no_option_name_of_relion_stands_in_the_code() -> None:
    names = _option_names()
    found = [(name, line, text) for name, tree in _files() for line, text in _texts(tree) if text in names]
    assert not [f"{name}:{line}: {text}" for name, line, text in found if text not in OURS]
    assert {text for _, _, text in found} == set(OURS), "an exception is no longer needed"


def test_no_job_type_of_relion_stands_in_the_code() -> None:
    types = _job_types()
    found = [(name, line, text) for name, tree in _files() for line, text in _texts(tree) if text in types]
    assert not [f"{name}:{line}: {text}" for name, line, text in found if text not in MODELS | WORDS]
    assert {text for _, _, text in found} == set(MODELS | WORDS), "an exception is no longer needed"


def test_no_program_of_relion_stands_in_the_code() -> None:
    data = "".join(file.read_text() for file in (CODE / "catalog" / "data").glob("*.yaml"))
    programs = set(PROGRAM.findall(data))
    assert len(programs) > 3, "the catalogue's programs were not found: this test would prove nothing"
    found = [
        (name, line, word)
        for name, tree in _files()
        for line, text in _texts(tree)
        for word in PROGRAM.findall(text)
    ]
    assert not [
        f"{name}:{line}: {word}" for name, line, word in found if word.removesuffix("_mpi") in programs
    ]


def test_no_partition_node_or_feature_of_a_cluster_stands_in_the_code() -> None:
    words = _cluster_words()
    found = [
        (name, line, word)
        for name, tree in _files()
        for line, text in _texts(tree)
        for word in re.findall(r"[\w-]+", text)
        if word in words
    ]
    assert not [f"{name}:{line}: {word}" for name, line, word in found if word not in SLURMS]
    assert {word for _, _, word in found} == set(SLURMS), "an exception is no longer needed"
