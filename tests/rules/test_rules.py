"""What the rules find beyond the examples of their pages (docs/codes), and what they leave alone."""

from __future__ import annotations

import pytest

from relionc.diag.codes import CODES
from relionc.pipeline import Disk, Request, compile_spec
from relionc.rules.spec import RULES


def no_file(path: str) -> bytes:
    raise FileNotFoundError(2, "No such file or directory", path)


def found(job: str, *, cluster: str, relion: str) -> list[str]:
    text = f"relionc: 1\ncluster: {cluster}\nrelion: '{relion}'\njobs:\n  a: {job}\n"
    result = compile_spec(Request(path="spec.yaml", data=text.encode()), Disk(no_file, lambda *_: None))
    assert all(d.span is not None for d in result.diagnostics)
    return [d.code for d in result.diagnostics]


def test_every_rule_has_a_listed_code_of_its_own():
    assert {rule.CODE for rule in RULES} <= set(CODES)
    assert len({rule.CODE for rule in RULES}) == len(RULES)


def test_a_shared_scratch_folder_is_fine_where_nobody_else_can_be():
    job = "{type: class3d, options: {fn_img: a.star, fn_ref: b.mrc, scratch_dir: /tmp, use_gpu: no}%s}"
    assert found(job % "", cluster="local", relion="3.1") == []
    assert found(job % ", resources: {exclusive: yes}", cluster="lab", relion="3.1") == []


def test_a_list_for_all_is_fine_for_one_worker():
    options = "fn_img: a.star, fn_ref: b.mrc, gpu_ids: '0,1', nr_threads: 2, nr_mpi: 2"
    job = f"{{type: class3d, options: {{{options}}}, resources: {{gpus: 'k80:2'}}}}"
    assert found(job, cluster="lab", relion="3.1") == []


@pytest.mark.parametrize(
    ("job", "cluster"),
    [
        ("{type: select, options: {fn_data: a.star}, interactive: yes}", "lab"),
        ("{type: select, options: {fn_data: a.star}}", "local"),
        ("{type: select, options: {fn_data: a.star, do_split: yes}}", "lab"),
    ],
    ids=["in a shell of one's own", "on a workstation", "without a window"],
)
def test_a_window_is_fine_where_a_person_sits(job, cluster):
    assert "RL611" not in found(job, cluster=cluster, relion="3.1")


@pytest.mark.parametrize("version", ["2.1", "3.0", "3.1", "4.0", "5.0"])
def test_picking_by_hand_shows_a_window_in_every_version(version):
    assert "RL611" in found("{type: manualpick, options: {fn_in: a.star}}", cluster="lab", relion=version)


@pytest.mark.parametrize(
    ("version", "options", "shown"),
    [
        ("2.1", "fn_model: Class2D/job003/run_it025_model.star", True),
        ("4.0", "fn_model: Class2D/job003/run_it025_optimiser.star", True),
        ("4.0", "fn_model: Class2D/job003/run_it025_optimiser.star, do_class_ranker: yes", False),
        ("5.0", "fn_model: Class2D/job003/run_it025_optimiser.star, do_class_ranker: yes", False),
    ],
)
def test_classes_are_selected_at_a_window_unless_a_network_does_it(version, options, shown):
    codes = found(f"{{type: select, options: {{{options}}}}}", cluster="lab", relion=version)
    assert ("RL611" in codes) is shown
