"""The fixtures of these tests."""

from stub_slurm import a_build, site

__all__ = ["a_build", "site"]
