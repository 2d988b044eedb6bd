"""relionc: a compiler from declarative job specs to what a Slurm cluster must run for RELION."""

__version__ = "0.1.0"
