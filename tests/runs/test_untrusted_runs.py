"""Whatever a build and the logs of a job hold, commands read little of it and print nothing that does anything."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

import pytest

from relionc.runs import logs

if TYPE_CHECKING:
    from pathlib import Path

    from stub_slurm import Site

EVIL = "\x1b]0;owned\x07\x1b[2J::error::x ##vso[task] \u202e\x00"
COMMANDS = (["status"], ["why"], ["status", "--format", "json"], ["why", "--format", "json"])


def harmless(text: str) -> bool:
    return all(char.isprintable() or char == "\n" for char in text) and "##vso[" not in text


@pytest.mark.parametrize("words", COMMANDS)
def test_control_characters_of_logs_are_spelled_out(site: Site, words: list[str]) -> None:
    folder = site.submitted("first", "90")
    site.says("90", state="FAILED", reason="x\x1b]0;owned\x07\x1b[2J::error::x", nodes="\x1b[1m")
    for name in ("run.out", "run.err"):
        (folder / name).write_bytes(f"ERROR: {EVIL}\n".encode() + b"\xff\xfe\n")
    (folder / "relionc").mkdir()
    row = f"1\t90\t0\tend\t-\t{EVIL}\tx\t70\n"
    (folder / "relionc/events.tsv").write_text(row)
    code, out, err = site.run(words[0], "build/spec", *words[1:])
    assert code == 0
    assert harmless(out + err)
    assert "owned" in out


@pytest.mark.parametrize("words", COMMANDS)
@pytest.mark.parametrize("name", ["run.out", "run.err", "relionc/events.tsv"])
def test_no_pipe_or_device_holds_a_command_up(site: Site, words: list[str], name: str) -> None:
    folder = site.submitted("first", "90")
    site.says("90", state="FAILED")
    (folder / "relionc").mkdir()
    os.mkfifo(folder / name)
    began = time.monotonic()
    assert site.run(words[0], "build/spec", *words[1:])[0] == 0
    (folder / name).unlink()
    (folder / name).symlink_to("/dev/zero")
    assert site.run(words[0], "build/spec", *words[1:])[0] == 0
    assert time.monotonic() - began < 20


def test_of_a_long_log_the_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "run.err"
    with path.open("wb") as stream:
        stream.write(b"first line\n")
        stream.truncate(5 << 30)  # a hole: no disk is used
        stream.seek(0, os.SEEK_END)
        stream.write(b"\nlast line\n")
    log = logs.read(str(path), "run.err")
    assert log.place(log.lines[0]) == "run.err:1"
    assert [line.text for line in log.lines if "line" in line.text] == ["first line", "last line"]
    assert log.place(log.lines[-2]) == "run.err"
    assert max(len(line.text) for line in log.lines) <= 2000


def test_long_logs_are_searched_quickly(site: Site) -> None:
    folder = site.submitted("first", "90")
    site.says("90", state="FAILED")
    (folder / "run.err").write_text("Warning: 123 of 456 (((( 3.4e38 " * 100_000)
    (folder / "run.out").write_text(" Expectation iteration 1 of 25\n  1/  2 sec ....\n" * 60_000)
    began = time.monotonic()
    assert site.run("why", "build/spec")[0] == 0
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    "row",
    [
        "x",
        "1\t2",
        "1\t-5\t" + "a" * 64,
        "1\t$(id)\t" + "a" * 64,
        "1\t90 91\t" + "a" * 64,
        "\t\t\t",
        "9" * 400,
    ],
)
def test_rows_that_are_none_of_ours_are_left_out(site: Site, row: str) -> None:
    place = site.build / "state/first"
    place.mkdir(parents=True)
    (place / "submitted").write_text(row + "\n")
    assert site.run("status", "build/spec", "--job", "first")[1] == "first  not submitted\n"
    assert site.calls("scontrol") == []


@pytest.mark.parametrize("name", ["state", "state/first", "state/first/submitted", "state/lock"])
def test_links_in_the_state_are_not_followed(site: Site, name: str, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir()
    path = site.build / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target / "file" if name.endswith(("submitted", "lock")) else target)
    code, _, err = site.run("submit", "build/spec", "--job", "first")
    assert code == 2
    assert "symbolic link" in err
    assert list(target.iterdir()) == []
    assert [call for call in site.calls("sbatch") if call] == [] or site.calls("scancel")


@pytest.mark.parametrize(
    "jobs",
    [
        [],
        {"first": []},
        {"../x": {"output": "a"}},
        {"first": {"after": "second", "output": 3, "time_s": "x", "project": []}},
        {"first": {"output": "\0", "project": "\0"}},
        {"first": {"output": "/proc/self/", "after": ["first", "nobody"]}},
    ],
)
def test_a_plan_of_another_shape_is_no_traceback(site: Site, jobs: object) -> None:
    (site.build / "plan.json").write_text(json.dumps({"jobs": jobs, "spec": "../../etc/passwd"}))
    site.submitted("first", "90", changed=True)
    for words in COMMANDS:
        assert site.run(words[0], "build/spec", *words[1:])[0] in (0, 2)


@pytest.mark.parametrize("name", ["plan.json", "manifest.json"])
def test_files_that_are_no_json_are_told(site: Site, name: str) -> None:
    for text in ("", "{", "[" * 100_000, "null", '{"jobs": null}'):
        (site.build / name).write_text(text)
        code, out, err = site.run("status", "build/spec")
        assert (code, out) == (2, "")
        assert "is not what a build wrote: build it again" in err
