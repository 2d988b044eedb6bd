"""Whenever a build is killed, and whatever else is in its way, one whole build is there: the old one or the new one.

RELIONC_SOAK=1 kills a thousand builds at random moments, not twenty, and starts five at once a hundred times.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from relionc.store.build_dir import write
from relionc.store.digest import of_bytes
from relionc.store.paths import StoreError

SOAK = os.environ.get("RELIONC_SOAK") == "1"
KILLS = 1000 if SOAK else 20
ROUNDS = 100 if SOAK else 4
ENV = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
NOTE = b"what nobody built\n"
PROGRAM = "from relionc.__main__ import main; main()"


def files(mark: str, jobs: int = 12) -> dict[str, bytes]:
    made = {f"job{number:02}/run.sbatch": f"#!/bin/bash\n{mark}\n".encode() for number in range(jobs)}
    return {
        **made,
        f"only-{mark}/hostfile": b"a\n",
        "same/hostfile": b"b\n",
        "submit.sh": f"#!/bin/sh {mark}\n".encode(),
    }


def whole(root: Path) -> dict[str, str]:
    """Return the digests of a build, after looking that its manifest fits its files."""
    listed = json.loads((root / "manifest.json").read_bytes())["artifacts"]
    there = {
        path.relative_to(root).as_posix(): of_bytes(path.read_bytes())
        for path in root.rglob("*")
        if path.is_file()
    }
    assert {path: there.get(path) for path in listed} == {
        path: facts["sha256"] for path, facts in listed.items()
    }
    return {path: there[path] for path in listed}


def digests(made: dict[str, bytes]) -> dict[str, str]:
    return {path: of_bytes(content) for path, content in made.items()}


def killed_at(event: int, root: Path, made: dict[str, bytes]) -> bool:
    """Build in a process that kills itself before its n-th call of the system; False where it had ended before."""
    child = os.fork()
    if child == 0:
        left = itertools.count(1)

        def hook(name: str, _: object) -> None:
            if name.startswith(("os.", "open", "ctypes.", "fcntl.")) and next(left) == event:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        write(str(root), made, inputs={}, version="0")
        os._exit(0)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


@pytest.mark.parametrize("exchange", [True, False], ids=["exchange", "two-renames"])
def test_a_build_killed_before_any_call_leaves_a_whole_one(tmp_path, monkeypatch, exchange):
    from relionc.store import swap

    if not exchange:
        monkeypatch.setattr(swap, "_exchanged", lambda *_: False)
    old, new = files("old"), files("new")
    seen = set()
    for event in itertools.count(1):
        root = tmp_path / str(event) / "x"
        write(str(root), old, inputs={}, version="0")
        (root / "job00/note").write_bytes(NOTE)
        killed = killed_at(event, root, new)
        if root.exists():
            found = whole(root)
            assert found in (digests(old), digests(new))
            assert (root / "job00/note").read_bytes() == NOTE
            seen.add(found == digests(new))
        else:
            assert not exchange
            assert whole(root.parent / ".x.relionc-old") == digests(old)
        write(str(root), new, inputs={}, version="0")
        assert whole(root) == digests(new)
        assert (root / "job00/note").read_bytes() == NOTE
        assert [path.name for path in root.parent.iterdir()] == ["x"]
        if not killed:
            break
    assert seen == {True, False}, "some were killed before the exchange, and some after it"
    assert event > 50


def spec(folder: Path, classes: int) -> Path:
    jobs = "\n".join(
        f"  j{number}: {{type: class3d, options: {{fn_img: p.star, fn_ref: r.mrc, nr_classes: {classes}}}}}"
        for number in range(30)
    )
    path = folder / "spec.yaml"
    path.write_text(f'relionc: 1\ncluster: lab\nrelion: "3.1"\njobs:\n{jobs}\n')
    return path


def command(folder: Path) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-c", PROGRAM, "build", "spec.yaml"]
    return subprocess.Popen(argv, cwd=folder, env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_command_killed_at_a_random_moment_leaves_a_whole_build(tmp_path, how):
    rng = random.Random(how)
    classes = {}
    for number in (2, 3):
        spec(tmp_path, number)
        assert command(tmp_path).wait() == 0
        classes[number] = whole(tmp_path / "build/spec")
    began = time.perf_counter()
    spec(tmp_path, 2)
    assert command(tmp_path).wait() == 0
    usual = time.perf_counter() - began
    for turn in range(KILLS // (1 if how == signal.SIGKILL else 4)):
        spec(tmp_path, 2 + turn % 2)
        process = command(tmp_path)
        time.sleep(rng.uniform(0.4, 1.1) * usual)
        process.send_signal(how)
        process.wait()
        assert whole(tmp_path / "build/spec") in classes.values()
    spec(tmp_path, 4)  # a build that has to write: one of which nothing has changed does not sweep up
    assert command(tmp_path).wait() == 0
    assert whole(tmp_path / "build/spec") not in classes.values()
    assert [path.name for path in (tmp_path / "build").iterdir()] == ["spec"]


def test_five_builds_at_once_leave_a_whole_one(tmp_path):
    for turn in range(ROUNDS):
        running = []
        for number in range(5):
            folder = tmp_path / str(number)
            folder.mkdir(exist_ok=True)
            path = spec(folder, 2 + number + turn % 2)
            argv = [sys.executable, "-c", PROGRAM, "build", str(path), "-o", str(tmp_path / "build")]
            running.append(subprocess.Popen(argv, env=ENV, stdout=subprocess.DEVNULL))
        assert [process.wait() for process in running] == [0] * 5
        whole(tmp_path / "build/spec")
        assert [path.name for path in (tmp_path / "build").iterdir()] == ["spec"]


@contextlib.contextmanager
def mounted(folder: Path, options: str):
    """Mount a small file system in memory; skipped where that is not allowed."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("file systems cannot be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("state", ["full", "read-only"])
def test_a_disk_that_takes_nothing_keeps_the_old_build(tmp_path, state):
    with mounted(tmp_path, "size=1m"):
        spec(tmp_path, 2)
        assert command(tmp_path).wait() == 0
        before = whole(tmp_path / "build/spec")
        spec(tmp_path, 3)
        if state == "full":
            with contextlib.suppress(OSError), (tmp_path / "filler").open("wb", buffering=0) as stream:
                while stream.write(b"x" * 4096):
                    pass
        else:
            subprocess.run(["mount", "-o", "remount,ro", str(tmp_path)], check=True)
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, "build", "spec.yaml"],
            cwd=tmp_path,
            env=ENV,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert ("the disk is full" if state == "full" else "read-only") in done.stderr
        assert whole(tmp_path / "build/spec") == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_a_folder_that_may_not_be_written_keeps_the_old_build(tmp_path):
    root = tmp_path / "x"
    write(str(root), files("old"), inputs={}, version="0")
    for folder in (tmp_path, *tmp_path.parents):
        with contextlib.suppress(PermissionError):
            folder.chmod(folder.stat().st_mode | 0o055)
    assert as_nobody(root, files("old")) == "", "the same build needs no permission"
    assert as_nobody(root, files("new")).endswith("permission denied")
    assert whole(root) == digests(files("old"))


def as_nobody(root: Path, made: dict[str, bytes]) -> str:
    """Build as a user who may only read; return what is said."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        try:
            write(str(root), made, inputs={}, version="0")
        except StoreError as error:
            os.write(writing, str(error).encode())
        os._exit(0)
    os.wait()
    os.close(writing)
    with open(reading) as stream:
        return stream.read()
