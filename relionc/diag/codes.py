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
    "RL121": "an option that the job cannot do without is empty",
    "RL122": "the value of an option is not a number",
    "RL123": "the value of an option is not one of RELION's choices",
    "RL124": "a run cannot be continued from this file",
    "RL125": "options contradict each other, and RELION refuses the job",
    "RL126": "RELION does not import files from there",
    "RL127": "a name has characters that RELION does not allow in it",
    "RL128": "the value of an option is too small for what is asked",
    "RL129": "RELION cannot work out a part of the command from the options",
    "RL130": "RELION starts no more MPI ranks than this without a queue",
    "RL131": "a quote in the further arguments is not closed",
    # --- RL2: layout and MPI ------------------------------------------------------------------------------
    # --- RL3: GPUs ----------------------------------------------------------------------------------------
    # --- RL4: memory --------------------------------------------------------------------------------------
    # --- RL5: scratch and I/O -----------------------------------------------------------------------------
    # --- RL6: Slurm and site ------------------------------------------------------------------------------
    "RL650": "a cluster profile sets an sbatch option that the plan decides",
    "RL651": "the cluster's launcher cannot place ranks as the layout needs",
    "RL670": "A value of a cluster profile cannot be read.",
    "RL671": "A cluster profile leaves out something that every profile must say.",
    "RL672": "A cluster profile uses a name that it does not define.",
    "RL673": "A cluster profile gives a source for a fact that it does not hold.",
    "RL674": "A launcher's words hold a placeholder that nobody fills in, or lack one that is needed.",
    "RL675": "A cluster profile says something twice.",
    "RL676": "A cluster profile describes hardware or limits that cannot be.",
    "RL677": "A cluster profile extends a profile that is not built in.",
    "RL678": "Two facts about a launcher contradict each other.",
    "RL679": "The jobs of a node would share one scratch folder.",
    # --- RL7: templates and imported scripts --------------------------------------------------------------
    # --- RL8: jobs and their connections ------------------------------------------------------------------
    # --- RL9: safety --------------------------------------------------------------------------------------
}
"""Code → one sentence: what is wrong in general. The message of a finding says what is wrong here."""
