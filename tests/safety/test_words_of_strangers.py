"""Words stay words: what a spec says arrives as the words that were planned, also in commands of the shell.

Job types whose commands include `rm`, `cp`, `ln`, `touch`, `ls` or `mkdir` are run for real by bash, with programs
that note their arguments in place of all of these. A blank of any kind in any text either keeps the build from being
made, or is told of.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from standins import guarded
from test_specs_of_strangers import NASTY, TEXTS

from relionc import catalog, emit
from relionc.diag import ERROR
from relionc.expr import refs
from relionc.ir import CommandLine, Glob, ShellRef, Word
from relionc.lower.commands import relion_commands
from relionc.lower.decided import options as decided
from relionc.pipeline import Compiled, Disk, Request, compile_spec

DRAWS = 5000 if os.environ.get("RELIONC_SOAK") else 300
LOOKALIKES = "\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000\u2800" + "".join(map(chr, range(0x2000, 0x200B)))
CONTROLS = "\t\v\f\r\x1c\x1d\x1e\x1f"
JOBS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "refine": ("3.1", "class3d", {"fn_img": "p.star", "fn_ref": "r.mrc"}),
    "first model": ("4.0", "initialmodel", {"fn_img": "p.star"}),
    "external": ("3.1", "external", {"fn_exe": "relion_mine", "in_mic": "m.star", "param1_label": "a"}),
    "motion": ("3.1", "motioncorr", {"input_star_mics": "m.star"}),
    "movies": ("3.0", "import", {"fn_in": "Movies/*.tif", "node_type": "2D micrograph movies (*.mrcs, *.tiff)"}),
    "particles": ("3.0", "import", {"fn_in": "p.star", "node_type": "Particles STAR file (.star)"}),
    "half": ("2.1", "import", {"fn_in": "a_half1_.mrc", "node_type": "Unfiltered half-map (unfil.mrc)"}),
    "coordinates": (
        "3.0",
        "import",
        {"fn_in": "Micrographs/*.box", "node_type": "2D/3D particle coordinates (*.box, *_pick.star)"},
    ),
    "resolution": (
        "2.1",
        "localres",
        {
            "fn_in": "Refine3D/job001/run_half1_class001_unfil.mrc",
            "do_resmap_locres": True,
            "do_relion_locres": False,
            "fn_resmap": "resmap",
            "fn_mask": "m.mrc",
        },
    ),
    "flipping": (
        "3.0",
        "subtract",
        {"fn_data": "d.star", "do_subtract": False, "do_fliplabel": True},
    ),
    "picking": ("3.1", "manualpick", {"fn_in": "m.star"}),
    "extraction": ("3.1", "extract", {"star_mics": "m.star", "coords_suffix": "AutoPick/job1/coords_suffix_a.star"}),
}  # fmt: skip
TOOLS = ("rm", "mkdir", "ln", "touch", "cp", "mv", "ls", "awk", "mpirun")
WORDY = st.lists(
    st.sampled_from(
        ["a", "-r", "--o", "/tmp/x", "*", "%1", "~", "..", *NASTY, *LOOKALIKES, *CONTROLS, " ", " -"]
    ),
    min_size=1,
    max_size=4,
).map("".join)


def places(name: str) -> list[str]:
    version, kind, _ = JOBS[name]
    options = catalog.load(kind, version).options.values()
    return ["output", "project", *(o.key for o in options if o.kind in ("text", "file", "node"))]


PLACES = [(name, place) for name in JOBS for place in places(name)]


def compiled(name: str, place: str = "", text: str = "") -> Compiled:
    version, kind, given = JOBS[name]
    job: dict[str, Any] = {"type": kind, "options": dict(given)}
    if place:
        (job if place in ("output", "project") else job["options"])[place] = text
    value = {"relionc": 1, "cluster": "local", "relion": version, "jobs": {"a": job}}

    def missing(path: str) -> bytes:
        raise FileNotFoundError(2, "No such file or directory", path)

    request = Request(path="spec.yaml", data=json.dumps(value).encode())
    return compile_spec(request, Disk(missing, lambda *_: None))


def commands(result: Compiled) -> tuple[CommandLine, ...]:
    (plan,) = result.plans
    options = decided(plan, queued=False)
    return relion_commands(plan.job.type, options, output=plan.job.output, is_continue=False).commands


def plain(word: Word) -> str:
    """Return what the shell of these tests makes of a word."""
    return "".join(
        "/home/somebody" if isinstance(p, ShellRef) else p.pattern if isinstance(p, Glob) else p for p in word
    )


def calls_of(result: Compiled, folder: Path, project: str) -> list[list[str]]:
    """Run the job's script under its guard with programs that only take notes; return what each was called with."""
    made = commands(result)
    programs = {*TOOLS, *(plain(command.words[0]).rpartition("/")[2] for command in made)} - {"echo", ""}
    here = folder / "here"
    (here / project).mkdir(parents=True)
    for file in (word for command in made for word in (command.stdin, command.stdout) if word is not None):
        (here / project / plain(file)).parent.mkdir(parents=True, exist_ok=True)
    for command in made:
        if command.stdin is not None:
            (here / project / plain(command.stdin)).touch()
    for other in ("decoy", "-"):  # what CDPATH and OLDPWD would lead to
        (folder / "decoys" / other).mkdir(parents=True, exist_ok=True)
    env = {"HOME": "/home/somebody", "CDPATH": f"{folder}/decoys", "OLDPWD": f"{folder}/decoys"}
    done = guarded(result, folder, programs, project=project, env=env)
    assert done.status == 0, done.said
    assert (here / project / plain((refs.show(result.plans[0].job.output),)) / "run.out").exists()
    return [[words[0].rpartition("/")[2], *words[1:]] for words in done.calls]


def runnable(result: Compiled, place: str, text: str) -> bool:
    """Return whether the programs of a build can be put into a folder of stand-ins, and its project be made here."""
    if place == "project":
        fits = all(len(part.encode()) < 200 for part in text.split("/"))
        return fits and not text.startswith(("/", "~")) and ".." not in text and "${{" not in text
    made = commands(result)
    if any(c.stdin and (plain(c.stdin).startswith("/") or ".." in plain(c.stdin)) for c in made):
        return False  # a file that is not made here
    programs = [plain(command.words[0]) for command in made]
    return all(
        "/" not in each and each not in ("", ".", "..") and len(each.encode()) < 200 for each in programs
    )


@settings(deadline=None, max_examples=DRAWS, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(PLACES), st.one_of(WORDY, TEXTS))
def test_words_arrive_as_planned_and_none_is_made_by_a_blank_in_silence(
    where: tuple[str, str], text: str
) -> None:
    name, place = where
    result = compiled(name, place, text)
    if result.files is None:
        assert any(d.severity == ERROR for d in result.diagnostics)
        return
    assert set(LOOKALIKES + CONTROLS).isdisjoint(text) or "${{" in text
    assume(runnable(result, place, text) and max(map(len, text.encode().split(b"/"))) < 250)
    project = text if place == "project" and text else "."
    with tempfile.TemporaryDirectory() as folder:
        calls = calls_of(result, Path(folder), project)
    meant = [[*map(plain, command.words)] for command in commands(result)]
    meant = [words for words in meant if words[0] != "echo"]  # the shell's own
    started = [words[len(words) - len(planned) :] for words, planned in zip(calls, meant, strict=True)]
    assert started == meant


@settings(deadline=None, max_examples=DRAWS, suppress_health_check=list(HealthCheck))
@given(st.sampled_from([where for where in PLACES if where[0] in ("refine", "motion", "external")]), WORDY)
def test_a_text_is_one_word_or_somebody_is_told(where: tuple[str, str], text: str) -> None:
    name, place = where
    role = {o.key: o.role for o in catalog.load(*reversed(JOBS[name][:2])).options.values()}.get(place, "")
    assume(text.strip() and "${{" not in text and role not in ("extra_args", "ranks"))
    result, benign = compiled(name, place, text), compiled(name, place, "benign")
    if result.files is None or benign.files is None:
        return
    told = {d.code for d in result.diagnostics}
    count, usual = (sum(len(c.words) for c in commands(each)) for each in (result, benign))
    assert count == usual or "RL110" in told, (count, usual, told)


@pytest.mark.parametrize("blank", LOOKALIKES, ids=lambda c: f"U+{ord(c):04X}")
@pytest.mark.parametrize(
    "place", ["fn_img", "fn_mask", "sym_name", "scratch_dir", "other_args", "output", "project"]
)
def test_a_blank_that_separates_nothing_is_refused_everywhere(place: str, blank: str) -> None:
    for text in (f"a{blank}--o{blank}/tmp/x", f"{blank}a", f"a{blank}"):
        codes = {d.code for d in compiled("refine", place, text).diagnostics if d.severity == ERROR}
        assert "RL905" in codes


@pytest.mark.parametrize(
    "text", ["x -r y", "-r", "a/-r", "a*", "a?/b", "[a]", "a\tb", "a\\", " ", "a /b", "a;b", "$a"]
)
def test_a_folder_of_a_job_is_one_word(text: str) -> None:
    result = compiled("first model", "output", text)
    assert result.files is None
    assert [d.code for d in result.diagnostics if d.severity == ERROR] == ["RL805"]


@pytest.mark.parametrize("text", ["%1", "%", "%%", "%+x", "-n", "--map"])
def test_a_program_is_no_job_of_the_shell_and_no_option(text: str) -> None:
    result = compiled("external", "fn_exe", text)
    assert result.files is None
    (found,) = [d for d in result.diagnostics if d.code == "RL907"]
    assert found.span is not None
    with pytest.raises(ValueError, match="jobs"):
        emit.shell.words([("%1",), ("a",)])


@pytest.mark.parametrize(
    ("name", "place", "text"),
    [
        ("movies", "fn_in", "a.tif b.tif"),
        ("movies", "fn_in", "-rf"),
        ("particles", "fn_in", "-t /tmp p.star"),
        ("half", "fn_in", "--target-directory=half1"),
        ("picking", "fn_in", "-e"),
        ("picking", "fn_in", "m*.star"),
        ("flipping", "fn_data", ""),
        ("flipping", "fn_data", " "),
    ],
)
def test_a_value_in_a_command_of_the_shell_is_one_word(name: str, place: str, text: str) -> None:
    result = compiled(name, place, text)
    assert result.files is None
    # a rule tells of a blank in the name of a file before there are commands
    assert {"RL906", "RL110"} & {d.code for d in result.diagnostics if d.severity == ERROR}


@pytest.mark.parametrize("text", ["", "Maps/"])
def test_a_file_without_a_name_is_not_imported_into_the_folder_itself(text: str) -> None:
    result = compiled("half", "fn_in", text)
    assert result.files is None
    assert {"RL133", "RL110"} & {d.code for d in result.diagnostics if d.severity == ERROR}


def test_a_wildcard_selects_files_where_it_is_meant_to() -> None:
    assert compiled("movies", "fn_in", "Movies/*/[ab]?.tif").files is not None


@pytest.mark.parametrize("project", ["-", "decoy", "--", "-P"])
def test_a_job_works_in_its_project_whatever_the_shell_was_told(project: str, tmp_path: Path) -> None:
    calls_of(compiled("refine", "project", project), tmp_path, project)


def test_submit_finds_its_folder_under_cdpath(tmp_path: Path) -> None:
    result = compiled("refine")
    assert result.files is not None
    for folder in ("decoys/build", "here/build/a"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "here/build/submit.sh").write_bytes(result.files["submit.sh"])
    (tmp_path / "here/build/a/run.sh").write_text('#!/bin/bash\necho "ran $0"\n')
    for name in ("p.star", "r.mrc"):  # by which it knows the project
        (tmp_path / "here" / name).touch()
    env = {"PATH": os.environ["PATH"], "CDPATH": str(tmp_path / "decoys"), "RELIONC_EDITED": "yes"}
    command = ["bash", "build/submit.sh"]
    done = subprocess.run(command, cwd=tmp_path / "here", env=env, capture_output=True, text=True, check=True)
    assert f"ran {tmp_path}/here/build/a/run.sh" in done.stdout
