"""The built-in profiles. Made by tools/build_sites.py: do not edit."""

NAMES = ("biowulf", "biowulf-2018", "lab", "local")
