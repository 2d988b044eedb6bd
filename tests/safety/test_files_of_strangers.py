"""Files of strangers: what is no file of its kind is refused at once and never quoted; large ones end."""

from __future__ import annotations

import json
import os
import resource
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from relionc.store import regular

ROOT = Path(__file__).resolve().parents[2]
SECRET = "hunter2"
SPEC = {"relionc": 1, "cluster": "lab", "relion": "3.0"}  # which takes lists without optics groups
GIB = 1 << 30


def call(*words, cwd):
    """Run the command below limits: 600 MiB, ten seconds of CPU time."""

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (10, 10))

    argv = [sys.executable, "-m", "relionc", *words]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        argv, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=120, preexec_fn=limit
    )
    return done.returncode, done.stdout + done.stderr


def spec(folder, **top):
    job = {"type": "class3d", "options": {"fn_img": "p.star", "fn_ref": "r.mrc"}}
    (folder / "s.yaml").write_text(json.dumps({**SPEC, "jobs": {"a": job}, **top}, indent=1))


def _sparse(path):
    with path.open("wb") as stream:
        stream.truncate(100 * GIB)


NOT_FILES = {
    "fifo": os.mkfifo,
    "folder": os.mkdir,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "terminal": lambda path: path.symlink_to("/dev/tty"),
    "sparse": _sparse,
    "nowhere": lambda path: path.symlink_to(path),
}


@pytest.mark.parametrize("kind", NOT_FILES)
def test_what_is_no_file_of_a_spec_is_refused(tmp_path, kind):
    NOT_FILES[kind](tmp_path / "x.yaml")
    spec(tmp_path, cluster="./x.yaml")
    status, said = call("lint", "s.yaml", cwd=tmp_path)
    assert (status, "RL609" in said) == (1, True)
    for words in (
        ["build", "x.yaml"],
        ["build", "s.yaml", "--cluster", "lab", "--template", "x.yaml"],
        ["import", "x.yaml"],
        ["commands", "x.yaml", "--relion", "3.1"],
    ):
        status, said = call(*words, cwd=tmp_path)
        assert (status, "cannot read" in said or "no specs" in said) == (2, True), words


def test_reading_stops_whatever_the_size_that_is_told(tmp_path):
    assert regular.start("/proc/self/status", 10) == b"Name:\tpyth"[:10]
    with pytest.raises(regular.FileTooLarge):
        regular.read("/proc/self/status", 10)
    with pytest.raises(OSError, match="name"):
        regular.read("a\0b", 10)


OTHERS = {
    "passwords": f"root:{SECRET}:1::\n{SECRET}:*:2\n",
    "mapping": f"{SECRET}: {SECRET}\nmodules: {{a: {SECRET}}}\n",
    "not YAML": f"a: [\n{SECRET}: }}\n\t- x\n",
    "not UTF-8": f"{SECRET}\xff\n",
    "other profile": f"profile: {SECRET}\nregion: {SECRET}\n",
    "escape": f'"{SECRET}\\q"\n',
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_what_is_something_else_is_not_quoted(tmp_path, text):
    (tmp_path / "x.yaml").write_bytes(text.encode("latin-1"))
    (tmp_path / "t.j2").write_bytes(text.encode("latin-1").replace(b"{", b"["))
    spec(tmp_path, cluster="./x.yaml")
    for words in (
        ["lint", "s.yaml"],
        ["lint", "x.yaml"],
        ["cluster", "show", "./x.yaml"],
        ["build", "s.yaml", "--cluster", "lab", "--template", "x.yaml"],
        ["build", "s.yaml", "--cluster", "lab", "--template", "t.j2"],
        ["commands", "x.yaml", "--relion", "3.1"],
        ["import", "x.yaml"],
    ):
        for more in ([], ["--format", "json"]):
            if more and words[0] in {"cluster", "import"}:
                continue
            status, said = call(*words, *more, cwd=tmp_path)
            assert status in {1, 2}, (words, said)
            assert SECRET not in said, words
    (tmp_path / "relionc.toml").symlink_to("x.yaml")
    status, said = call("lint", "s.yaml", cwd=tmp_path)
    assert (status, SECRET in said) == (2, False)


def test_a_profile_with_mistakes_is_still_shown(tmp_path):
    (tmp_path / "x.yaml").write_text("profile: 1\nextends: local\nname: mine\nmodule: {}\n")
    spec(tmp_path, cluster="./x.yaml")
    assert "module: {}" in call("lint", "s.yaml", cwd=tmp_path)[1]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ('# ours\n\ncluster = "lab"  # the only one\n', 0),
        ("cluster='lab'", 0),
        ('"cluster" = "\\u006cab"\r\n', 0),
        ('cluster = "lab"\nother = 1\n', 2),
        ('cluster = "lab"\ncluster = "lab"\n', 2),
        ("cluster = [[[1]]]\n", 2),
        ('cluster = "\\q"\n', 2),
        ("a." * 20_000 + 'a = 1\ncluster = "lab"\n', 2),
        ("[" * 50_000, 2),
        ("x = {" + "a." * 9000 + "a = 1}\n", 2),
    ],
)
def test_settings_are_one_line(tmp_path, text, status):
    (tmp_path / "relionc.toml").write_text(text)
    spec(tmp_path)
    content = json.loads((tmp_path / "s.yaml").read_text())
    (tmp_path / "s.yaml").write_text(json.dumps({k: v for k, v in content.items() if k != "cluster"}))
    assert call("lint", "s.yaml", cwd=tmp_path)[0] == status


HEAD = b"data_particles\nloop_\n_rlnImageName\n_rlnMicrographName\n"


def _star(unit, number):
    def plant(folder):
        with (folder / "p.star").open("wb") as stream:
            stream.write(HEAD)
            block = unit * (1 + (1 << 20) // len(unit))
            for _ in range(number):
                stream.write(block)

    return plant


def _micrographs(folder):
    with (folder / "p.star").open("wb") as stream:
        stream.write(HEAD)
        stream.writelines(b"1@%d m%d\n" % (number, number) for number in range(4_000_000))


def _wide(folder):
    columns = b"".join(b"_c%d\n" % number for number in range(1_000_000))
    (folder / "p.star").write_bytes(b"data_particles\nloop_\n" + columns + b"1\n")


def _far(folder):
    columns = b"".join(b"_c%d\n" % number for number in range(990)) + b"_rlnImageName\n"
    (folder / "p.star").write_bytes(b"data_particles\nloop_\n" + columns + (b"1 " * 991 + b"\n") * 150_000)


def _overlapping(folder, *, big=False):
    """Directories of 4,096 tags, each a few bytes after the one before."""
    step, number = 64, 60_000
    data = bytearray(step * number + 100_000)
    data[:8] = b"II*\0" + struct.pack("<I", 64)
    for at in range(64, step * number, step):
        struct.pack_into("<H", data, at, 4)
        struct.pack_into("<I", data, at + 50, at + step)
    struct.pack_into("<H", data, 64, 2)
    (folder / "bomb.tif").write_bytes(data)
    (folder / "p.star").write_bytes(HEAD + b"1@bomb.tif m\n")


def _many_names(folder):
    """A file of two million rows, named a thousand ways."""
    _star(b"1@a m\n", 12)(folder)
    jobs = {
        f"j{number}": {
            "type": "class3d",
            "options": {"fn_img": "./" * number + "p.star", "fn_ref": "r.mrc"},
        }
        for number in range(100)
    }
    spec(folder, jobs=jobs)


LARGE = {
    "newlines": _star(b"\n", 256),
    "comments": _star(b"#\n", 200),
    "short rows": _star(b"1\n", 200),
    "a long line": _star(b"1 ", 50),
    "micrographs": _micrographs,
    "columns": _wide,
    "a far column": _far,
    "a TIFF of overlapping directories": _overlapping,
    "one file by many names": _many_names,
}


@pytest.mark.parametrize("plant", LARGE.values(), ids=LARGE)
def test_large_data_files_end(tmp_path, plant):
    spec(tmp_path)
    plant(tmp_path)
    status, said = call("lint", "s.yaml", cwd=tmp_path)
    assert status == 0, said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "name", ["newlines", "short rows", "a long line", "micrographs", "one file by many names"]
)
def test_what_was_not_counted_is_said(tmp_path, name):
    spec(tmp_path)
    LARGE[name](tmp_path)
    assert "warning[RL144]" in call("lint", "s.yaml", cwd=tmp_path)[1]


def test_a_million_rows_are_counted(tmp_path):
    spec(tmp_path)
    with (tmp_path / "p.star").open("wb") as stream:
        stream.write(HEAD + b"_rlnAnglePsi\n")
        for number in range(1000):
            stream.writelines(b"%d@stack.mrcs m%d 1.2345678901\n" % (row, number) for row in range(1000))
    assert call("build", "s.yaml", cwd=tmp_path)[0] == 0
    manifest = json.loads((tmp_path / "build/s/manifest.json").read_text())
    assert '"particles": 1000000' in json.dumps(manifest)


TEMPLATES = {
    "loops": "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "text": "{{ 'x' * 10**9 }}",
    "power": "{{ 9**(9**9) }}",
    "centre": "{{ 'x'|center(10**9) }}",
    "format": "{{ '{:1000000000}'.format(1) }}",
    "percent": "{{ '%1000000000d' % 1 }}",
    "doubling": "{% set n = namespace(x='x') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}",
    "macro": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "two macros": "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(99) }}",
    "itself": "{% include 'run.sbatch.j2' %}" * 5000 + "{{ 1 // 0 }}",
    "output": "{% for i in range(99999) %}{{ 'x' * 99999 }}{% endfor %}",
    "nested": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "list": "{{ ([1] * 10**9)|length }}",
    "sorted": "{{ range(99999)|map('string')|join * 9999 }}",
    "wordwrap": "{{ ('a ' * 9999999)|wordwrap(1)|length }}",
    "file": "{% include '/etc/passwd' %}{% include '../pyproject.toml' %}",
}


@pytest.mark.parametrize("text", TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_without_measure_is_refused(tmp_path, text):
    spec(tmp_path)
    (tmp_path / "t.sbatch.j2").write_text(text)
    status, said = call("build", "s.yaml", "--template", "t.sbatch.j2", cwd=tmp_path)
    assert (status, "RL713" in said) == (1, True), said
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize(
    "text",
    [
        "#!/bin/sh\n" + "XXXcommandXXX\n" * 9_000,
        "#!/bin/sh\n" + "XXXnoXXX " * 20_000,
        "#!/bin/sh\nXXXcommandXXX" + "\n" * 200_000,
    ],
)
def test_a_template_of_relion_that_is_too_large_is_refused(tmp_path, text):
    spec(tmp_path)
    (tmp_path / "qsub.sh").write_text(text)
    status, said = call("build", "s.yaml", "--template", "qsub.sh", cwd=tmp_path)
    assert (status, "RL716" in said) == (1, True), said
    (tmp_path / "qsub.sh").write_text(text * 10)
    assert call("build", "s.yaml", "--template", "qsub.sh", cwd=tmp_path)[0] in {1, 2}
