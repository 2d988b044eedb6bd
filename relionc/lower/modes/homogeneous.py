"""Equally many ranks on each node, where Slurm has its tasks."""

from __future__ import annotations

from relionc.lower.modes.base import Mode
from relionc.plan.model import HOMOGENEOUS


class Homogeneous(Mode):
    """Every rank is a task: nothing differs."""

    name = HOMOGENEOUS
