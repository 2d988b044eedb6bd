"""A build directory changes in whole, only where it must, and never outside itself."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from relionc.store import lock, swap
from relionc.store.build_dir import diff, write
from relionc.store.digest import of_bytes
from relionc.store.paths import StoreError

FILES = {
    "class3d/run.sbatch": b"#!/bin/bash\necho one\n",
    "class3d/hostfile": b"node[0]\n",
    "submit.sh": b"#!/bin/bash\n",
}
SPEC = {"specs/x.yaml": {"sha256": of_bytes(b"spec"), "bytes": 4}}


def build(root, files=None, **more):
    return write(str(root), FILES if files is None else files, inputs=SPEC, version="0.1.0", **more)


def drift(root, files=None, **more):
    return diff(str(root), FILES if files is None else files, inputs=SPEC, version="0.1.0", **more)


def tree(root):
    return {
        path.relative_to(root).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
        for path in Path(root).rglob("*")
        if path.is_file()
    }


@pytest.fixture
def root(tmp_path):
    return tmp_path / "build" / "x"


def test_a_first_build_writes_everything_with_its_mode(root):
    done = build(root)
    assert done.new == (*FILES, "manifest.json")
    assert (done.changed, done.unchanged, done.removed, done.kept) == ((), (), (), ())
    assert {path: content for path, (content, _, _) in tree(root).items() if path in FILES} == FILES
    assert os.access(root / "submit.sh", os.X_OK)
    assert not os.access(root / "class3d/hostfile", os.X_OK)


def test_a_second_build_touches_nothing(root):
    build(root)
    before = tree(root)
    done = build(root)
    assert (done.new, done.changed, done.unchanged) == ((), (), (*FILES, "manifest.json"))
    assert tree(root) == before


def test_only_what_changed_is_written(root):
    build(root)
    before = tree(root)
    done = build(root, FILES | {"class3d/hostfile": b"node[1]\n"})
    assert done.changed == ("class3d/hostfile", "manifest.json")
    assert tree(root)["submit.sh"] == before["submit.sh"]


def test_a_script_that_lost_its_mode_gets_it_back(root):
    build(root)
    (root / "submit.sh").chmod(0o644)
    assert "submit.sh: must be executable" in drift(root)
    assert build(root).changed == ("submit.sh",)
    assert os.access(root / "submit.sh", os.X_OK)


def test_the_manifest_lists_inputs_and_artifacts_and_nothing_of_here_and_now(root):
    build(root)
    text = (root / "manifest.json").read_text()
    manifest = json.loads(text)
    assert manifest["relionc"] == "0.1.0"
    assert manifest["inputs"] == SPEC
    assert manifest["artifacts"] == {
        path: {"sha256": of_bytes(content), "bytes": len(content)} for path, content in FILES.items()
    }
    assert str(root) not in text


def test_what_is_no_longer_made_is_removed_unless_somebody_changed_it(root):
    gone = {"old/run.sbatch": b"#!/bin/bash\n", "old/hostfile": b"a\n", "older/hostfile": b"b\n"}
    build(root, FILES | gone)
    (root / "old/hostfile").write_bytes(b"mine now\n")
    (root / "older/notes.txt").write_bytes(b"never made by us\n")
    done = build(root)
    assert done.removed == ("old/run.sbatch", "older/hostfile")
    assert done.kept == ("old/hostfile",)
    assert sorted(path for path in tree(root) if path.startswith("old")) == [
        "old/hostfile",
        "older/notes.txt",
    ]


def test_a_folder_that_became_empty_is_removed(root):
    build(root, FILES | {"a/b/c.txt": b"x\n"})
    build(root)
    assert not (root / "a").exists()


def test_a_partial_build_keeps_the_rest_and_its_place_in_the_manifest(root):
    build(root, FILES | {"refine/hostfile": b"a\n"})
    done = build(root, {"class3d/hostfile": b"new\n"}, partial=True)
    assert (done.changed, done.removed) == (("class3d/hostfile", "manifest.json"), ())
    artifacts = json.loads((root / "manifest.json").read_text())["artifacts"]
    assert set(artifacts) == {*FILES, "refine/hostfile"}
    assert artifacts["class3d/hostfile"]["sha256"] == of_bytes(b"new\n")


@pytest.mark.parametrize(
    "content",
    [b"", b"not json", b"[]", b'{"manifest_version": 1, "artifacts": 3}', b"[" * 10000, b"\xff"],
)
def test_a_manifest_that_is_not_ours_removes_nothing(root, content):
    build(root, FILES | {"old/hostfile": b"a\n"})
    (root / "manifest.json").write_bytes(content)
    with pytest.raises(StoreError, match=r"manifest\.json was not made by a build"):
        build(root)
    assert build(root, force=True).removed == ()
    assert (root / "old/hostfile").exists()


@pytest.mark.parametrize(
    "path", ["../../victim", "/victim", "a/../../../victim", "manifest.json/../../../victim"]
)
def test_a_forged_manifest_cannot_reach_outside(root, path):
    build(root)
    victim = root.parent.parent / "victim"
    victim.write_bytes(b"precious\n")
    forged = json.loads((root / "manifest.json").read_text())
    forged["artifacts"][path] = {"sha256": of_bytes(b"precious\n")}
    (root / "manifest.json").write_text(json.dumps(forged))
    assert build(root).removed == ()
    assert victim.exists()


@pytest.mark.parametrize(
    "path", ["../x", "/x", "a/../b", "a//b", "", ".", "a/", "a\nb", "a\0b", "manifest.json", "\x1b[2Jx"]
)
def test_a_name_that_could_leave_the_directory_is_refused(root, path):
    with pytest.raises(StoreError, match="not a plain name"):
        build(root, {**FILES, path: b"x"})
    assert not root.exists()


@pytest.mark.parametrize("linked", ["class3d", "submit.sh", "manifest.json"])
def test_nothing_is_written_through_a_symbolic_link(root, tmp_path, linked):
    root.mkdir(parents=True)
    outside = tmp_path / "outside"
    if linked == "class3d":
        outside.mkdir()
    else:
        outside.write_bytes(b"precious\n")
    (root / linked).symlink_to(outside)
    with pytest.raises(StoreError, match="symbolic link"):
        build(root)
    if linked == "class3d":
        assert list(outside.iterdir()) == []
    else:
        assert outside.read_bytes() == b"precious\n"
    assert [path.name for path in root.iterdir()] == [linked]


def test_the_folder_above_may_be_reached_through_a_link_and_the_directory_may_not(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    build(tmp_path / "link/x")
    assert (tmp_path / "real/x/submit.sh").exists()
    for call in (build, drift):
        with pytest.raises(StoreError, match="symbolic link"):
            call(tmp_path / "link")


def test_a_pipe_or_a_folder_in_the_place_of_a_file_is_refused(root):
    root.mkdir(parents=True)
    os.mkfifo(root / "submit.sh")
    with pytest.raises(StoreError, match=r"submit\.sh: something else already has this name"):
        build(root)
    (root / "submit.sh").unlink()
    (root / "submit.sh").mkdir()
    with pytest.raises(StoreError, match=r"submit\.sh"):
        build(root)


LARGE = """
import sys
from relionc.store.build_dir import write
from relionc.store.paths import StoreError
files = {"a/small": b"x", "b/large": b"x" * 100000, "submit.sh": b"#!/bin/bash\\necho other\\n"}
try:
    write(sys.argv[1], files, inputs={}, version="0")
except StoreError as error:
    sys.exit(str(error))
"""


def test_a_write_that_fails_half_way_changes_nothing(root):
    """The limit on file sizes makes a real write fail after some files are staged."""
    build(root)
    before = tree(root)
    command = ["bash", "-c", 'ulimit -f 8; exec "$@"', "-", sys.executable, "-c", LARGE, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == f"cannot write {root}/b/large: it is larger than your file size limit allows\n"
    assert tree(root) == before
    assert sorted(path.name for path in root.iterdir()) == ["class3d", "manifest.json", "submit.sh"]


def test_a_full_disk_is_called_one():
    """/dev/full answers every write as a full disk does."""
    from relionc.store.paths import failure

    with pytest.raises(OSError, match="No space") as caught, open("/dev/full", "wb", buffering=0) as stream:
        stream.write(b"x")
    assert str(failure("write", "b/x", caught.value)) == "cannot write b/x: the disk is full"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.EROFS, "read-only"),
        (errno.EACCES, "permission denied"),
        (errno.EDQUOT, "quota"),
        (errno.EIO, "input/output"),
    ],
)
def test_errors_are_said_in_plain_words(root, monkeypatch, code, words):
    def refuse(*_args, **_more):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(StoreError, match=words):
        build(root)
    assert tree(root) == {}


def test_a_root_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "build").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot open"):
        build(tmp_path / "build")


def test_what_a_killed_build_left_is_swept_up(root):
    """Killed while it put the new build together, and killed after the exchange, before the old one was gone."""
    left = root.parent / ".x.relionc-new"
    build(root)
    (left / "class3d").mkdir(parents=True)
    (left / ".relionc-unfinished").touch()
    (left / "class3d/hostfile").write_bytes(b"half")
    build(root, FILES | {"class3d/hostfile": b"new\n"})
    assert (root / "class3d/hostfile").read_bytes() == b"new\n"
    assert [path.name for path in root.parent.iterdir()] == ["x"]
    build(left)
    (left / "class3d/late.log").write_bytes(b"written between link and exchange\n")
    build(root)
    assert (root / "class3d/late.log").exists()
    assert (root / "class3d/hostfile").read_bytes() == FILES["class3d/hostfile"]
    assert [path.name for path in root.parent.iterdir()] == ["x"]


def test_a_system_that_cannot_exchange_folders_moves_them_one_after_the_other(root, monkeypatch):
    monkeypatch.setattr(swap, "_exchanged", lambda *_: False)
    build(root)
    (root / "class3d/notes.txt").write_bytes(b"mine\n")
    assert build(root, FILES | {"submit.sh": b"#!/bin/sh\n"}).changed == ("submit.sh", "manifest.json")
    assert (root / "class3d/notes.txt").read_bytes() == b"mine\n"
    os.rename(root, root.parent / ".x.relionc-old")
    assert build(root).changed == ("submit.sh", "manifest.json")
    assert (root / "class3d/notes.txt").read_bytes() == b"mine\n"
    assert [path.name for path in root.parent.iterdir()] == ["x"]


@pytest.mark.parametrize("linked", [True, False])
def test_what_no_build_made_stays_the_same_file(root, monkeypatch, linked):
    build(root)
    (root / "class3d/slurm-1.out").write_bytes(b"log\n")
    (root / "state/ids").mkdir(parents=True)
    (root / "class3d/here").symlink_to("/nowhere")
    (root / "state/there").symlink_to(root)
    number = (root / "class3d/slurm-1.out").stat().st_ino
    if not linked:

        def refuse(*_args, **_more):
            raise OSError(errno.EPERM, "")

        monkeypatch.setattr(os, "link", refuse)
    build(root, {**FILES, "class3d/hostfile": b"new\n"})
    assert (root / "class3d/slurm-1.out").stat().st_ino == number
    assert os.readlink(root / "class3d/here") == "/nowhere"
    assert os.readlink(root / "state/there") == str(root)
    assert (root / "submit.sh").read_bytes() == FILES["submit.sh"]
    assert (root / "state/ids").is_dir()
    assert [path.name for path in root.parent.iterdir()] == ["x"]


@pytest.mark.parametrize("path", ["submit.sh", "class3d/run.sbatch"])
def test_a_file_that_no_build_made_or_that_was_edited_is_not_written_over(root, path):
    (root / path).parent.mkdir(parents=True)
    (root / path).write_bytes(b"precious\n")
    with pytest.raises(StoreError, match=f"{path} was not made by a build"):
        build(root)
    assert tree(root).keys() == {path}
    build(root, force=True)
    (root / path).write_bytes(b"edited\n")
    with pytest.raises(StoreError, match=f"{path} was changed after it was built"):
        build(root)
    assert (root / path).read_bytes() == b"edited\n"
    assert build(root, force=True).changed == (path,)


def test_a_file_larger_than_any_build_makes_is_not_read(root):
    build(root)
    with (root / "submit.sh").open("wb") as stream:
        stream.truncate(3 << 30)
    for call in (build, drift):
        with pytest.raises(StoreError, match="larger than any file of a build"):
            call(root)


def test_a_sweep_does_not_keep_its_folders_open(root):
    many = {f"point{number:04}/hostfile": b"a\n" for number in range(300)}
    before = len(os.listdir("/proc/self/fd"))
    assert len(build(root, many).new) == 301
    assert len(os.listdir("/proc/self/fd")) == before


BUILD = """
import sys
from relionc.store.build_dir import write
content = sys.argv[2].encode() * 20000
files = {f"job{i:03}/run.sbatch": b"#!/bin/bash\\n" + content for i in range(60)}
for _ in range(4):
    write(sys.argv[1], files, inputs={}, version="0")
"""


def test_two_builds_at_once_never_mix(root):
    """Both rewrite every file several times; whoever is last, all files are of one of them."""
    processes = [subprocess.Popen([sys.executable, "-c", BUILD, str(root), mark]) for mark in "ab"]
    assert [process.wait(60) for process in processes] == [0, 0]
    marks = {path.read_bytes()[-1:] for path in root.glob("job*/run.sbatch")}
    assert len(marks) == 1
    assert list(root.rglob(".*")) == []
    manifest = json.loads((root / "manifest.json").read_text())["artifacts"]
    assert manifest == {
        path.relative_to(root).as_posix(): {
            "sha256": of_bytes(path.read_bytes()),
            "bytes": path.stat().st_size,
        }
        for path in sorted(root.glob("job*/run.sbatch"))
    }


def test_a_build_waits_for_another_but_not_for_ever(root, monkeypatch):
    import fcntl

    build(root)
    monkeypatch.setattr(lock, "PATIENCE", 0.05)
    held = os.open(root.parent, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    with pytest.raises(StoreError, match="another relionc is writing"):
        build(root)
    os.close(held)
    assert build(root).unchanged


def test_a_file_system_without_locks_still_builds(root, monkeypatch):
    import fcntl

    def refuse(*_args):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert build(root).new


def test_diff_of_an_unchanged_build_is_empty_and_of_no_build_is_all(root):
    text = drift(root)
    assert not root.exists()
    assert text.count("--- /dev/null") == len(FILES) + 1
    build(root)
    assert drift(root) == ""


def test_diff_shows_changes_removals_and_writes_nothing(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    build("build/x", FILES | {"old/hostfile": b"a\n"})
    before = tree(root)
    text = drift("build/x", FILES | {"class3d/run.sbatch": b"#!/bin/bash\necho two"})
    assert text.startswith("--- a/build/x/class3d/run.sbatch\n+++ b/build/x/class3d/run.sbatch\n@@")
    assert "-echo one\n+echo two\n\\ No newline at end of file\n" in text
    assert "--- a/build/x/old/hostfile\n+++ /dev/null\n" in text
    assert tree(root) == before


def test_a_patch_program_understands_the_diff(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    build("build/x")
    wanted = FILES | {"class3d/hostfile": b"node[1]\n", "submit.sh": b"#!/bin/bash\necho more\n"}
    patch = drift("build/x", wanted)
    done = subprocess.run(["git", "apply", "-"], input=patch, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert drift("build/x", wanted) == ""


SAME = """
import sys
from relionc.store.build_dir import write
names = {"b", "a", "c", "d", "e"}
write(sys.argv[1], {f"{name}/run.sbatch": b"#!/bin/bash\\n" for name in sorted(names)},
      inputs={"spec.yaml": {"sha256": "0"}}, version="0")
"""


def test_bytes_do_not_depend_on_the_folder_or_the_hash_seed(tmp_path):
    made = []
    for seed, place in (("1", "here/x"), ("2", "there/deeper/x")):
        env = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", SAME, str(tmp_path / place)], check=True, env=env)
        made.append({path: content for path, (content, _, _) in tree(tmp_path / place).items()})
    assert made[0] == made[1]
    assert len(made[0]) == 6
