"""The table of diagnostic codes. A code never changes its meaning and is never used again once retired.

Families: RL0 syntax and schema, RL1 RELION, RL2 layout and MPI, RL3 GPUs, RL4 memory, RL5 scratch and I/O,
RL6 Slurm and site, RL7 templates and imported scripts, RL8 jobs and their connections, RL9 safety.
"""

from __future__ import annotations

CODES: dict[str, str] = {
    # --- RL0: syntax and schema ---------------------------------------------------------------------------
    "RL001": "the text is not YAML",
    "RL002": "the file is not UTF-8 text",
    "RL003": "a key is set twice",
    "RL004": "a YAML tag has no meaning here",
    "RL005": "a file holds more than one document",
    "RL006": "a key is not text",
    "RL007": "an alias or a merge leads nowhere",
    "RL008": "values are nested too deeply, or aliases multiply them too much",
    "RL009": "the file, or one of its lines, is too long",
    "RL010": "a character would fool a terminal, a shell or a reader",
    "RL020": "a key is not known here",
    "RL021": "a key is missing",
    "RL022": "a value is of the wrong kind",
    "RL023": "a value is not one of those allowed",
    "RL024": "a number is out of its bounds",
    "RL025": "a text does not have the right form",
    "RL026": "a list or a mapping has too few or too many items",
    "RL027": "keys do not go together",
    # --- RL1: RELION --------------------------------------------------------------------------------------
    # --- RL2: layout and MPI ------------------------------------------------------------------------------
    # --- RL3: GPUs ----------------------------------------------------------------------------------------
    # --- RL4: memory --------------------------------------------------------------------------------------
    # --- RL5: scratch and I/O -----------------------------------------------------------------------------
    # --- RL6: Slurm and site ------------------------------------------------------------------------------
    "RL650": "A further sbatch option contradicts what the plan decides.",
    "RL651": "The cluster's launcher cannot place ranks as the layout needs.",
    # --- RL7: templates and imported scripts --------------------------------------------------------------
    # --- RL8: jobs and their connections ------------------------------------------------------------------
    # --- RL9: safety --------------------------------------------------------------------------------------
}
"""Code → one sentence: what is wrong in general. The message of a finding says what is wrong here."""
