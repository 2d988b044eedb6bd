"""Read the flags of RELION's programs from its source, for versions whose programs nobody has installed.

python tools/read_source_flags.py REPOSITORY 2.1=2.1 3.0=3.0.8 4.0=4.0.2 5.0=5.0.1     a git clone, and the tag of each

Writes `programs` of relionc/catalog/data/programs.yaml again, and prints what a continued refinement takes. What a
program prints is better than what its source says: ask the programs (tools/read_flags.py) where there are any. Only
names and defaults of flags are taken. A program takes what the parser is asked for in its own file and in those of
`SOURCES`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import read_flags

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from read_flags import Flags

_JAZ = r"src/jaz/(single_particle/)?"
_TOMO = r"src/jaz/tomography/"
_OF_TOMO = (rf"{_TOMO}optimisation_set\.cpp", r"src/jaz/util/log\.cpp")
SOURCES: dict[str, Sequence[str]] = {
    "relion_align_symmetry": (),
    "relion_align_tiltseries": (r"src/align_tiltseries_runner\.cpp",),
    "relion_autopick": (r"src/autopicker\.cpp",),
    "relion_class_ranker": (r"src/class_ranker\.cpp",),
    "relion_ctf_refine": (rf"{_JAZ}ctf/[^/]*\.cpp", rf"{_JAZ}reference_map\.cpp"),
    "relion_filament_selection": (),
    "relion_flex_analyse": (r"src/flex_analyser\.cpp",),
    "relion_helix_toolbox": (),
    "relion_import": (),
    "relion_mask_create": (),
    "relion_motion_refine": (rf"{_JAZ}motion/[^/]*\.cpp", rf"{_JAZ}reference_map\.cpp"),
    "relion_particle_polish": (r"src/particle_polisher\.cpp",),
    "relion_particle_sort": (r"src/particle_sorter\.cpp",),
    "relion_particle_subtract": (r"src/particle_subtractor\.cpp",),
    "relion_postprocess": (r"src/postprocessing\.cpp",),
    "relion_preprocess": (r"src/preprocessing\.cpp",),
    "relion_preprocess_mpi": (r"src/preprocessing_mpi\.cpp",),
    "relion_project": (),
    "relion_reconstruct": (r"src/reconstructor\.cpp",),
    "relion_refine": (r"src/ml_optimiser\.cpp",),
    "relion_refine_mpi": (r"src/ml_optimiser_mpi\.cpp",),
    "relion_run_ctffind": (r"src/ctffind_runner\.cpp",),
    "relion_run_motioncorr": (r"src/motioncorr_runner\.cpp",),
    "relion_star_handler": (),
    "relion_tomo_align": (
        rf"{_TOMO}programs/(align|refinement)\.cpp",
        rf"{_TOMO}reference_map\.cpp",
        *_OF_TOMO,
    ),
    "relion_tomo_import_coordinates": (rf"{_TOMO}apps/import_particles\.cpp", *_OF_TOMO),
    "relion_tomo_import_particles": _OF_TOMO,
    "relion_tomo_import_tomograms": (),
    "relion_tomo_make_reference": _OF_TOMO,
    "relion_tomo_reconstruct_particle": (rf"{_TOMO}programs/reconstruct_particle\.cpp", *_OF_TOMO),
    "relion_tomo_reconstruct_tomogram": (rf"{_TOMO}programs/reconstruct_tomogram\.cpp", *_OF_TOMO),
    "relion_tomo_refine_ctf": (
        rf"{_TOMO}programs/(ctf_refinement|refinement)\.cpp",
        rf"{_TOMO}reference_map\.cpp",
        *_OF_TOMO,
    ),
    "relion_tomo_subtomo": (rf"{_TOMO}programs/subtomo\.cpp", *_OF_TOMO),
}
# New runs and continued ones are read by two functions of one file.
NEW_RUN, CONTINUED_RUN = "parseInitial", "parseContinue"

_STRING = r'"(?:\\[\s\S]|[^"\\])*"'
_COMMENTS = re.compile(rf"{_STRING}|//[^\n]*|/\*.*?\*/", re.DOTALL)
_ASKED = re.compile(
    rf'\b(getOption|checkOption)\s*\(\s*"(--?[^"\s]+)"\s*,\s*(?:{_STRING}\s*\+?\s*)+(?:,\s*({_STRING}|\w+))?'
)
_NAMED = re.compile(r'std::string \w+ = "(--\w+)";')  # a flag that the parser is asked for by a variable


def without_comments(text: str) -> str:
    """Return C++ without its comments; texts in quotes stay."""
    return _COMMENTS.sub(lambda found: found[0] if found[0].startswith('"') else " ", text)


def body(text: str, function: str) -> str:
    """Return what stands between the braces of a function's definition; nothing where it is not defined."""
    found = re.search(rf"^\w[^\n;]*\b{function}\s*\([^)]*\)\s*\{{", text, re.MULTILINE)
    if found is None:
        return ""
    depth, place = 1, found.end()
    while depth and place < len(text):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        place += 1
    return text[found.end() : place]


def asked_for(text: str) -> Flags:
    """Return flag → default of what C++ without comments asks the parser for; None where no text says it."""
    found: Flags = dict.fromkeys(_NAMED.findall(text) if "getOption" in text else ())
    for kind, flag, default in _ASKED.findall(text):
        known = False if kind == "checkOption" else json.loads(default) if default.startswith('"') else None
        found.setdefault(flag, known)
    return found


class Source:
    """RELION's source at a tag of a git repository."""

    def __init__(self, repository: str, tag: str) -> None:
        self._git = ("git", "-C", repository)
        self._tag = tag
        self.files = tuple(self._said("ls-tree", "-r", "--name-only", tag, "src").split())

    def _said(self, *words: str) -> str:
        done = subprocess.run([*self._git, *words], capture_output=True, check=True)
        return done.stdout.decode("latin-1")

    def of(self, program: str, function: str = NEW_RUN) -> Flags:
        """Return the flags of a program; nothing where the version has no such program."""
        name = program.removeprefix("relion_")
        own = rf"src/(jaz/tomography/)?apps/{name}\.cpp"
        if not any(re.fullmatch(own, file) for file in self.files):
            return {}
        found: Flags = {}
        for file in self._matching((*SOURCES[program], own)):
            text = without_comments(self._said("show", f"{self._tag}:{file}"))
            for flag, default in asked_for(body(text, function) or text).items():
                found.setdefault(flag, default)
        return found

    def _matching(self, patterns: Sequence[str]) -> Iterator[str]:
        return (file for pattern in patterns for file in self.files if re.fullmatch(pattern, file))

    def programs(self, version: str) -> dict[str, Flags]:
        """Return program → flags of those that commands of a version call; of a parallel one, those on top."""
        called = read_flags.programs(version)
        tables = {name: self.of(name) for name in SOURCES if name.removesuffix("_mpi") in called}
        return {name: dict(sorted(table.items())) for name, table in tables.items() if table}


def main(arguments: list[str]) -> int:
    repository, *tags = arguments or [""]
    if not tags or any("=" not in each for each in tags):
        sys.exit(__doc__)
    found = read_flags.written()
    for version, _, tag in (each.partition("=") for each in tags):
        source = Source(repository, tag)
        found[version] = source.programs(version)
        print(
            f"RELION {version}: {len(found[version])} programs, {sum(map(len, found[version].values()))} flags"
        )
        continued = source.of("relion_refine", CONTINUED_RUN)
        print(f"continued: {json.dumps(dict(sorted(continued.items())))}")
    head = read_flags.DATA.read_text("utf-8").partition("programs:\n")[0]
    read_flags.DATA.write_text(read_flags.text(found, head), "utf-8")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(read_flags.ROOT))
    sys.exit(main(sys.argv[1:]))
