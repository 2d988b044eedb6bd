"""The table of diagnostic codes. A code never changes its meaning and is never used again once retired.

Families: RL0 syntax and schema, RL1 RELION, RL2 layout and MPI, RL3 GPUs, RL4 memory, RL5 scratch and I/O,
RL6 Slurm and site, RL7 templates and imported scripts, RL8 jobs and their connections, RL9 safety.
"""

from __future__ import annotations

CODES: dict[str, str] = {
    # --- RL0: syntax and schema ---------------------------------------------------------------------------
    # --- RL1: RELION --------------------------------------------------------------------------------------
    # --- RL2: layout and MPI ------------------------------------------------------------------------------
    # --- RL3: GPUs ----------------------------------------------------------------------------------------
    # --- RL4: memory --------------------------------------------------------------------------------------
    # --- RL5: scratch and I/O -----------------------------------------------------------------------------
    # --- RL6: Slurm and site ------------------------------------------------------------------------------
    # --- RL7: templates and imported scripts --------------------------------------------------------------
    # --- RL8: jobs and their connections ------------------------------------------------------------------
    # --- RL9: safety --------------------------------------------------------------------------------------
}
"""Code → one sentence: what is wrong in general. The message of a finding says what is wrong here."""
