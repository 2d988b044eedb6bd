"""Jobs of a build in the queue: what was submitted, what Slurm and the logs say of it, how it ended and why.

Everything here is asked through Slurm's ordinary programs and read from the files of the job; nothing runs on.
"""
