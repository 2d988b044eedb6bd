"""`lint --untrusted` reads nothing outside the repository of a spec, and says what it left out."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from relionc.__main__ import _guarded

PROFILE = "profile: 1\nextends: local\nname: mine\nmodules: {'*': [module load relion]}\n"
STAR = (
    "data_optics\nloop_\n_rlnOpticsGroup\n_rlnImagePixelSize\n1 1.0\n\n"
    "data_particles\nloop_\n_rlnImageName\n_rlnOpticsGroup\n1@a.mrcs 1\n2@a.mrcs 1\n"
)
SECRET = "root:$6$secret:1"


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository beside which there are things that a spec must not reach; the working folder."""
    (tmp_path / "elsewhere" / ".git").mkdir(parents=True)
    (tmp_path / "elsewhere" / "p.star").write_text(STAR)
    (tmp_path / "elsewhere" / "secret").write_text(f"relionc: 1\n{SECRET}\n")
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / "specs").mkdir()
    monkeypatch.chdir(tmp_path / "repo")
    return tmp_path / "repo"


def lint(capsys, spec, *words, **job):
    options = {"fn_img": job.pop("fn_img", "p.star"), "fn_ref": "r.mrc"}
    top = {"relionc": 1, "cluster": job.pop("cluster", "lab"), "relion": "3.1"}
    text = json.dumps({**top, "jobs": {"a": {"type": "class3d", "options": options, **job}}}, indent=1)
    if not os.path.lexists(spec):
        Path(spec).write_text(text)
    status = _guarded(["lint", "--untrusted", *words, str(spec)])
    out = capsys.readouterr()
    return status, out.out + out.err


def test_a_spec_in_order_passes_and_its_own_data_are_read(repository, capsys):
    Path("p.star").write_text(STAR)
    status, said = lint(capsys, "specs/s.yaml")
    assert status == 0
    assert "RL92" not in said
    assert "ranks against particles" not in said


@pytest.mark.parametrize("cluster", ["./p.yaml", "../p.yaml", "/dev/zero", "/etc/shadow", "x/p.yml"])
def test_profiles_are_taken_by_name_only(repository, capsys, cluster):
    Path("specs/p.yaml").write_text(PROFILE)
    status, said = lint(capsys, "specs/s.yaml", cluster=cluster)
    assert (status, said.count("RL920")) == (1, 1)


def test_nor_may_the_settings_or_the_call_name_a_file(repository, capsys):
    Path("p.yaml").write_text(PROFILE)
    assert "RL920" in lint(capsys, "specs/s.yaml", "--cluster", "p.yaml")[1]
    Path("relionc.toml").write_text('cluster = "./p.yaml"\n')
    status, said = lint(capsys, "specs/t.yaml", cluster=None)
    assert status == 1
    assert SECRET not in said


@pytest.mark.parametrize("way", ["absolute", "up", "link", "folder", "project"])
def test_data_elsewhere_are_not_looked_at_and_that_is_said(repository, capsys, way):
    there = repository.parent / "elsewhere"
    Path("l.star").symlink_to(there / "p.star")
    Path("d").symlink_to(there)
    paths = {
        "absolute": str(there / "p.star"),
        "up": "../elsewhere/p.star",
        "link": "l.star",
        "folder": "d/p.star",
    }
    more = {"project": str(there)} if way == "project" else {}
    status, said = lint(capsys, "specs/s.yaml", fn_img=paths.get(way, "p.star"), **more)
    assert status == 0
    assert "note[RL921]" in said
    assert "ranks against particles" in said


def test_the_image_that_a_star_file_names_stays_unread_too(repository, capsys):
    Path("p.star").write_text(STAR.replace("a.mrcs", "/dev/zero"))
    assert "/dev/zero" in lint(capsys, "specs/s.yaml")[1]


@pytest.mark.parametrize("link", ["specs/s.yaml", "linked/secret"])
def test_a_spec_that_is_a_link_out_of_it_is_not_read(repository, capsys, link):
    there = repository.parent / "elsewhere"
    Path("specs/s.yaml").symlink_to(there / "secret")
    Path("linked").symlink_to(there)  # a repository of its own
    status, said = lint(capsys, link)
    assert (status, "RL920" in said) == (1, True)
    assert SECRET not in said


def test_without_it_a_profile_that_brings_shell_lines_is_told_each_time(repository, capsys):
    Path("p.yaml").write_text(PROFILE)
    lint(capsys, "s.yaml", cluster="./p.yaml")
    for words in (["lint", "s.yaml"], ["build", "s.yaml"], ["build", "s.yaml"]):
        assert _guarded(words) == 0
        said = capsys.readouterr()
        assert said.err.count("note[RL922]") == 1
        assert "modules" in said.err
        assert "RL922" not in said.out
    lint(capsys, "t.yaml")
    assert _guarded(["lint", "t.yaml"]) == 0
    assert "RL922" not in capsys.readouterr().err
