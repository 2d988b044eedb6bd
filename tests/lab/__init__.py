"""A private Slurm of many virtual nodes on one machine, and the tests that need it."""
