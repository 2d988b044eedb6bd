"""Lint rules over resolved jobs, one file each, listed in `table.py`."""
