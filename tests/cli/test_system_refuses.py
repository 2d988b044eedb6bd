"""Whatever the system refuses, relionc says so and ends with status 2: it is no bug of ours, and no traceback."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from own_cache import own_cache

from relionc import __main__
from relionc.cli.remember import recall

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "specs" / "biowulf-2018" / "class3d-ribosome.yaml"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", own_cache(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("RELIONC_NO_CACHE", raising=False)
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    shutil.copy(SPEC, "a.yaml")
    return tmp_path


def shell(line, **env):
    """Run a line of bash in which `relionc` is ours; return status and what it said on streams that are open."""
    relionc = f'relionc() {{ "{sys.executable}" -m relionc "$@"; }}; '
    done = subprocess.run(
        ["bash", "-c", relionc + line],
        capture_output=True,
        timeout=120,
        check=False,
        env={**os.environ, **env},
    )
    said = (done.stdout + done.stderr).decode(errors="surrogateescape")
    assert "Traceback" not in said
    assert "bug of ours" not in said
    assert "Exception ignored" not in said
    return done.returncode, said


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "words",
    [
        "build a.yaml",
        "build a.yaml --stdout",
        "plan a.yaml",
        "plan a.yaml --format json",
        "lint --format sarif a.yaml",
        "schema",
        "catalog list",
        "cluster show lab",
        "rule RL001",
        "--help",
        "--version",
        "completion bash",
    ],
)
def test_a_full_stdout(words, unbuffered):
    status, said = shell(f"relionc {words} >/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert status == 2
    assert said == "relionc: cannot write the output: No space left on device\n"


def test_a_full_stdout_of_an_unchanged_build():
    assert shell("relionc build a.yaml")[0] == 0
    assert shell("relionc build a.yaml >/dev/full")[0] == 2


@pytest.mark.parametrize("words", ["lint a.yaml", "lint no.yaml", "build no.yaml", "no-such-command"])
def test_a_full_stderr(words):
    assert shell(f"relionc {words} 2>/dev/full")[0] == 2
    assert shell(f"relionc {words} >/dev/full 2>&1")[0] == 2


def test_closed_streams():
    assert shell("relionc build a.yaml >&-") == (2, "relionc: standard output is closed\n")
    assert not Path("build").exists()
    assert shell("relionc lint a.yaml 2>&-")[0] == 0
    assert shell("relionc lint no.yaml 2>&-")[0] == 2
    assert shell("relionc build - <&-") == (2, "relionc: standard input is closed\n")
    assert shell("relionc build a.yaml <&-")[0] == 0
    assert shell("relionc build a.yaml <&- >&- 2>&-")[0] == 2


def test_an_output_that_nobody_reads():
    assert shell("relionc plan a.yaml | true; exit ${PIPESTATUS[0]}")[0] == 1
    assert shell("relionc lint no.yaml 2>&1 >/dev/null | true; [ ${PIPESTATUS[0]} != 3 ]")[0] == 0


@pytest.mark.parametrize("words", ["build a.yaml", "lint a.yaml", "plan a.yaml", "lint .", "import a.yaml"])
def test_a_current_folder_that_is_gone(words):
    status, said = shell(f"mkdir gone && cd gone && rmdir ../gone && relionc {words}")
    assert status == 2
    assert said.startswith("relionc: ")


def test_a_locale_without_most_characters():
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    status, said = shell("relionc build a.yaml && relionc plan a.yaml", **plain)
    assert status == 0
    assert "scratch" in said


@pytest.mark.parametrize("name", ["x" * 300, "d/" * 3000 + "a.yaml", "n" * 250])
@pytest.mark.parametrize(
    "words", ["build {}", "lint {}", "build a.yaml -o {}", "build a.yaml --cluster ./{}"]
)
def test_names_that_are_too_long(name, words):
    if len(name) == 250:
        shutil.copy(SPEC, f"{name}.yaml")
        name = name + ".yaml"
    assert __main__._guarded(words.format(name).split()) in (0, 1, 2)


@pytest.mark.parametrize(
    ("key", "old"),
    [
        ("cluster", "cluster: lab"),
        ("fn_img", "fn_img: p.star"),
        ("fn_ref", "fn_ref: r.mrc"),
        ("output", "output: Class3D/x/"),
        ("project", "project: p"),
    ],
)
@pytest.mark.parametrize(
    "value", [r"\0", r"./\0.yaml", r"\xff/\0", r"\ud800", r"./\e[1m.yaml", "x" * 5000, "x/" * 5000]
)
def test_odd_paths_in_a_spec(key, old, value, capsys):
    text = (
        "relionc: 1\ncluster: lab\nrelion: '3.1'\njobs:\n  a:\n    type: class3d\n    output: Class3D/x/\n"
        "    project: p\n    options:\n      fn_img: p.star\n      fn_ref: r.mrc\n"
    )
    assert old in text
    Path("s.yaml").write_text(text.replace(old, f'{key}: "{value}"'))
    for command in ("lint", "build"):
        status = __main__._guarded([command, "s.yaml"])
        said = "".join(capsys.readouterr())
        assert status in (0, 1, 2), said
        assert "\x1b" not in said
        assert "\0" not in said


PLANTED = {
    "folder": lambda path: path.mkdir(),
    "pipe": os.mkfifo,
    "link to itself": lambda path: path.symlink_to(path.name),
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
    "empty": lambda path: path.touch(),
    "garbage": lambda path: path.write_bytes(b"relionc-cache 1\n" + b"0" * 64 + b"x" * 1000),
    "sparse": lambda path: os.truncate(os.open(path, os.O_CREAT | os.O_WRONLY), 10**11),
}


@pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED)
def test_a_cache_with_something_else_in_place_of_an_entry(plant):
    assert shell("relionc build a.yaml")[0] == 0
    (entry,) = (each for each in Path("own-cache/relionc").iterdir() if not each.name.startswith("catalogue"))
    entry.unlink()
    plant(entry)
    status, said = shell("relionc build a.yaml")
    assert status == 0
    assert "unchanged build/a/" in said


@pytest.mark.parametrize("base", ["file", "pipe", "/dev/null", "no/such", "locked"])
def test_a_cache_that_has_no_place(base):
    Path("file").touch()
    os.mkfifo("pipe")
    Path("locked").mkdir(0o500)
    for env in (
        {"XDG_CACHE_HOME": os.path.abspath(base)},
        {"XDG_CACHE_HOME": "", "HOME": os.path.abspath(base)},
    ):
        assert shell("relionc build a.yaml", **env)[0] == 0
    assert shell("unset HOME XDG_CACHE_HOME; relionc build a.yaml")[0] == 0


def test_an_input_that_became_huge_or_a_pipe_is_not_read_for_the_cache():
    assert __main__._guarded(["build", "a.yaml"]) == 0
    assert recall("a.yaml", "build")
    began = time.process_time()
    os.truncate("a.yaml", 10**11)
    assert recall("a.yaml", "build") is None
    os.unlink("a.yaml")
    os.mkfifo("a.yaml")
    assert recall("a.yaml", "build") is None
    assert time.process_time() - began < 2


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_a_build_that_is_told_to_stop(number, status):
    with subprocess.Popen(
        [sys.executable, "-m", "relionc", "build", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell's background job ignores SIGINT, and so would all that it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - there are no threads
    ) as process:
        time.sleep(1.5)  # it waits for its input
        process.send_signal(number)
        assert process.wait(20) == status
        assert process.stderr.read().strip() == b""
    assert not Path("build").exists()
