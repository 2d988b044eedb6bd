"""A RELION's own pipeline, asked from outside what it makes of a job; nothing of a job is started.

What to call and what it leaves stands in the catalogue (`data/pipeliner.yaml`).
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from glob import glob

from relionc.catalog.pipeliner import load_pipeliner
from relionc.data.project import Project
from relionc.emit.jobfile import render
from relionc.lower import jobfile
from relionc.lower.commands import relion_commands
from relionc.record import NamedTuple
from relionc.source import jobfile as source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from relionc.catalog import JobType

NUMBER = 25
SECONDS = 20


class NoPipeliner(Exception):  # noqa: N818 - what is wrong with a call, as it is told
    """A program that is not there, or is not RELION's pipeline."""


class Made(NamedTuple):
    """The commands of a job, or None where it is refused, and why; and its options as its job file has them then."""

    commands: tuple[str, ...] | None
    why: str = ""
    options: Mapping[str, str] = {}


def how_to_call(program: str) -> tuple[str, ...]:
    """Return the words that call a program: a name, a path, or a path below a folder in which RELION was unpacked.

    There its libraries are found with the loader that it brings. Raises NoPipeliner.
    """
    found = shutil.which(program)
    if found is None:
        raise NoPipeliner(f"there is no program {program}")
    path = os.path.abspath(found)
    root = path.removesuffix(os.path.join("", "usr", "bin", os.path.basename(path)))
    return from_folder(root, os.path.basename(path)) if root not in ("/", path) else (path,)


def from_folder(root: str, program: str) -> tuple[str, ...]:
    """Return the words that call a program of a folder that has RELION's files as a package has them."""
    path = os.path.join(root, "usr", "bin", program)
    loaders = sorted(glob(os.path.join(root, "lib64", "ld-linux-*")))
    if not loaders:
        return (path,)
    libraries = ":".join(sorted(glob(os.path.join(root, "usr", "lib", "*-linux-gnu"))))
    return loaders[0], "--library-path", libraries, path


class Pipeliner:
    """RELION's pipeline in a folder of its own, which it fills with jobs that never run."""

    def __init__(self, command: tuple[str, ...], folder: str) -> None:
        self.command, self.folder = command, folder
        self.facts = load_pipeliner()
        self._write(self.facts.template_file, self.facts.template)

    def release(self) -> str:
        """Return the release that the program says it is. Raises NoPipeliner."""
        try:
            done = self._call(self.facts.version)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoPipeliner(f"{shlex.join(self.command)} cannot be asked: {error}") from error
        found = re.search(self.facts.release, done.stdout)
        if found is None:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise NoPipeliner(
                f"{self.command[-1]} does not say which RELION it is{': ' + said[-1] if said else ''}"
            )
        return found[1]

    def labels(self) -> set[str]:
        """Return the texts in the program that look like names of job types; some are those of files."""
        with open(self.command[-1], "rb") as file:
            text = file.read().decode("latin-1")
        return set(re.findall(self.facts.labels, text))

    def makes(self, job_type: JobType, options: Mapping[str, str]) -> Made:
        """Return what RELION makes of a job that it has never seen; what `options` leaves out has its default."""
        text = render(jobfile.job_file(job_type, options, is_continue=False))
        return self.makes_of(text, job_type.job_dir)

    def makes_of(self, text: str, job_dir: str) -> Made:
        """Return what RELION makes of the text of a job file."""
        number = f"job{NUMBER:03}"
        self._write(self.facts.pipeline, self.facts.table.format(number=NUMBER))
        self._write(source.STAR, text)
        shutil.rmtree(os.path.join(self.folder, job_dir, number), ignore_errors=True)
        shutil.rmtree(os.path.join(self.folder, self.facts.lock), ignore_errors=True)
        done = self._call(self.facts.add)
        job = os.path.join(self.folder, job_dir, number)
        script = os.path.join(job, self.facts.script)
        if done.returncode or not os.path.exists(script):
            return Made(None, done.stderr.strip()[-300:])
        with open(script, encoding="utf-8", errors="replace") as file:
            commands = tuple(file.read().splitlines()[:-1])  # RELION ends it with an empty line
        return Made(commands, options=_options_in(os.path.join(job, source.STAR)))

    def _call(self, words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(self.facts.environment)}
        return subprocess.run(  # noqa: S603 - the program that the call names; it gets no text of a shell
            [*self.command, *words],
            cwd=self.folder,
            env=clean,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
            check=False,
        )

    def _write(self, name: str, text: str) -> None:
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)


def _options_in(path: str) -> dict[str, str]:
    try:
        with open(path, "rb") as file:
            return {name: value for name, value, _ in source.read(file.read(), path).rows}
    except (OSError, source.NotRead):
        return {}


def we_make(job_type: JobType, options: Mapping[str, str], folder: str) -> Made:
    """Return what the catalogue makes of the same options, with the same files."""
    output = f"{job_type.job_dir}/job{NUMBER:03}/"
    made = relion_commands(job_type, options, output=output, is_continue=False, files=Project(folder))
    if made.refusals:
        return Made(None, made.refusals[0].message)
    if any(not path for path, _ in (*made.input_nodes, *made.output_nodes)):
        return Made(
            None, "a file without a name"
        )  # RELION makes commands of it, and its pipeline refuses them
    return Made(made.texts, options={key: option.default for key, option in job_type.options.items()})
