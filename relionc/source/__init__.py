"""Text → values with positions. The only room that knows YAML."""

from __future__ import annotations

from relionc.source.load import Loaded, load
from relionc.source.values import FloatText, IntText, Tree, text_of

__all__ = ["FloatText", "IntText", "Loaded", "Tree", "load", "text_of"]
