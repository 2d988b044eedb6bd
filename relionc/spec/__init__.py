"""The typed model of a spec; defaults, variables and references → `ResolvedJob`."""

from relionc.spec.resolve import resolve

__all__ = ["resolve"]
