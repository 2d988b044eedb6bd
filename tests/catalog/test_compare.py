"""What changes between versions is said right: by `catalog diff`, and where a spec uses an option of another one."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest

from relionc import catalog
from relionc.catalog.compare import compare, flags, successors

ROOT = Path(__file__).resolve().parents[2]


def relionc(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "RELIONC_NO_CACHE": "1"}
    command = [sys.executable, "-m", "relionc", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_every_option_of_either_version_is_accounted_for() -> None:
    versions = catalog.versions()
    for before, after in itertools.pairwise(versions):
        for name in set(catalog.types(before)) & set(catalog.types(after)):
            old, new = catalog.load(name, before), catalog.load(name, after)
            found = compare(old, new)
            kept = set(old.options) & set(new.options)
            gone = {each.key for each in found.gone} | {each.key for each, _ in found.renamed}
            added = {each.key for each in found.new} | {each.key for _, each in found.renamed}
            assert gone == set(old.options) - kept
            assert added == set(new.options) - kept
            assert set(flags(old)) - set(found.flags_gone) == set(flags(new)) - set(found.flags_new)


def test_a_version_is_the_same_as_itself() -> None:
    job_type = catalog.load("class3d", "4.0")
    assert not any(compare(job_type, job_type))


def test_class3d_of_5_0_has_blush() -> None:
    done = relionc("catalog", "diff", "4.0", "5.0", "class3d")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "class3d: RELION 4.0 to 5.0",
        "  new      trust_ref_size (Resize reference if needed, default Yes, --trust_ref_size)",
        "  new      do_blush (Use Blush regularisation, default No, --blush)",
        "  changed  qsub: default `qsub` to `sbatch`",
        "  flags new: --blush --trust_ref_size",
    ]


def test_types_that_only_one_version_has_are_listed() -> None:
    lines = relionc("catalog", "diff", "4.0.2", "5.0.1").stdout.splitlines()
    assert lines[0] == "RELION 5.0 no longer has: postprocess_tomo"
    assert lines[1].startswith("RELION 5.0 also has: ")
    assert "dynamight" in lines[1]
    assert "  changed  qsub: default `qsub` to `sbatch`" in lines
    assert sum("qsub: default" in line for line in lines) == 1


def test_the_json_has_the_same_facts() -> None:
    done = relionc("catalog", "diff", "3.1", "4.0", "--format", "json")
    found = json.loads(done.stdout)
    assert (found["from"], found["to"]) == ("3.1", "4.0")
    class2d = found["types"]["class2d"]
    assert class2d["status"] == "changed"
    assert class2d["options"]["gone"] == ["nr_iter", "do_fast_subsets"]
    assert "--grad" in class2d["flags"]["new"]
    assert found["types"]["importtomo"] == {"status": "new"}
    choices = [each for each in found["types"]["import"]["options"]["changed"] if each["what"] == "choices"]
    assert [each["option"] for each in choices] == ["node_type"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("3.2", "4.0"), "RELION 3.2 is not in the catalogue"),
        (("3.1", "4.0", "class4d"), "neither RELION 3.1 nor 4.0 has a job type `class4d`"),
    ],
)
def test_what_is_not_there_is_a_wrong_call(arguments: tuple[str, ...], said: str) -> None:
    done = relionc("catalog", "diff", *arguments)
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize(
    ("name", "key", "before", "after", "expected"),
    [
        ("autopick", "fn_topaz_exec", "4.0", "5.0", ["fn_topaz_exe"]),
        ("class2d", "nr_iter", "3.1", "4.0", ["nr_iter_em", "nr_iter_grad"]),
        ("class3d", "skip_gridding", "3.1", "4.0", []),
    ],
)
def test_what_took_the_place_of_an_option(
    name: str, key: str, before: str, after: str, expected: list[str]
) -> None:
    found = successors(catalog.load(name, before), catalog.load(name, after), key)
    assert [option.key for option in found] == expected


SPEC = """\
relionc: 1
cluster: local
relion: "3.1"
jobs:
  fine:
    type: class3d
    options:
      fn_img: a.star
      fn_ref: b.mrc
      skip_gridding: no
  flat:
    type: class2d
    options: {fn_img: a.star, nr_iter: 20, nr_classes: 5}
"""


def test_a_spec_of_3_1_for_5_0_hears_what_is_gone(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text(SPEC, "utf-8")
    assert relionc("build", "old.yaml", folder=tmp_path).returncode == 0
    done = relionc("build", "old.yaml", "--relion", "5.0", folder=tmp_path)
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if "RL104" in line or "help" in line] == [
        "old.yaml:10:7: error[RL104]: RELION 5.0 has no option `skip_gridding` for class3d any more",
        "   help: RELION 3.1 has it; nothing is in its place here, so leave it out",
        "old.yaml:13:31: error[RL104]: RELION 5.0 has no option `nr_iter` for class2d any more",
        "   help: RELION 2.1, 3.0 and 3.1 have it; here `--iter` comes from `nr_iter_em` and `nr_iter_grad`",
    ]


def test_a_spec_of_5_0_for_3_1_hears_what_was_not_there_yet(tmp_path: Path) -> None:
    text = (
        SPEC.replace("skip_gridding: no", "do_blush: yes")
        .replace('"3.1"', '"5.0"')
        .replace("nr_iter: 20, ", "")
    )
    (tmp_path / "new.yaml").write_text(text, "utf-8")
    done = relionc("build", "new.yaml", "--relion", "3.1", folder=tmp_path)
    assert "new.yaml:10:7: error[RL104]: RELION 3.1 has no option `do_blush` for class3d\n" in done.stderr
    assert "help: RELION 5.0 and 5.1 have it; nothing is in its place here, so leave it out" in done.stderr
