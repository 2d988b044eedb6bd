"""Options that name data files have a role, by which relionc finds the files whose headers it reads."""

from __future__ import annotations

from pathlib import Path

from relionc import catalog
from relionc.catalog.compiler.release import CatalogError, Release
from relionc.source import load

KINDS = {"movies": "micrographs", "micrographs": "micrographs", "tomograms": "tomograms"}
# A job that joins files works on the sum of them; what Import of 4.0 is given to add to is not its input.
OTHERS = {("joinstar", f"fn_{kind}{number}") for kind in ("mic", "mov") for number in (1, 2, 3, 4)}
OTHERS |= {("importtomo", "io_tomos"), ("importtomo", "part_tomos")}


VERSIONS = load(
    Path(catalog.__file__).with_name("data").joinpath("versions.yaml").read_bytes(), ""
).tree.value


def options():
    for version in catalog.versions():
        for name in catalog.types(version):
            for option in catalog.load(name, version).options.values():
                yield version, name, option


def node_type(kind, version):
    try:
        return Release(version, VERSIONS).node_type(kind)
    except CatalogError:  # before 4.0 there are no tomograms
        return None


def test_each_option_for_a_file_of_micrographs_or_tomograms_has_its_role():
    found = set()
    for version, name, option in options():
        kinds = {role for kind, role in KINDS.items() if option.node_type == node_type(kind, version)}
        if kinds and (name, option.key) not in OTHERS:
            found.add((name, version))
            assert {option.role} == kinds, (version, name, option.key)
    assert {
        ("motioncorr", "2.1"),
        ("motioncorr_tomo", "5.0"),
        ("ctfrefinetomo", "4.0"),
        ("polish", "3.1"),
    } <= found


def test_the_grouping_of_frames_is_an_option_where_there_is_one():
    with_role = {(name, version) for version, name, option in options() if option.role == "eer_fraction"}
    expected = {("motioncorr", v) for v in ("3.1", "4.0", "5.0", "5.1")}
    expected |= {("motioncorr_tomo", v) for v in ("5.0", "5.1")}
    assert with_role == expected
