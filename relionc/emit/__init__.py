"""ir → bytes: sbatch and plain scripts, hostfile, command lines, RELION job files, JSON."""
