"""Equally many ranks on each node, where Slurm has its tasks."""

from __future__ import annotations

from relionc.lower.modes.base import LoweredMode
from relionc.plan.model import HOMOGENEOUS


class LoweredHomogeneous(LoweredMode):
    """Every rank is a task: nothing differs."""

    name = HOMOGENEOUS
