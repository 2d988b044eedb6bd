"""What expressions of the catalogue may ask of a file that an option names: `fn_ref.box`."""

from __future__ import annotations

DATA = "data"
"""In place of an option: all that is known of what the job works on, the spec's word first."""
COUNTS = ("particles", "micrographs", "tomograms")
"""Of a file that is not there yet, the most that there can be."""
FILE_FACTS = (
    *COUNTS,
    "box",
    "angpix",
    "planes",
    "float16",
    "micrograph_width",
    "micrograph_height",
    "frames",
    "first_box",
    "first_angpix",
    "boxes",
    "pixel_sizes",
    "power_spectra",
    "undosed",
    "even_odd",
    "motion",
    "ctf",
    "stacks",
    "bodies",
)
"""Counts; sizes of images in pixels and Å, those of the first optics group, how many different ones the optics
groups have; and what micrographs have beside them: power spectra, averages without dose weighting, averages of even
and odd frames, tracks of the motion, CTF; bodies of a multi-body refinement."""
