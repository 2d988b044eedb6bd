"""What Slurm says of a cluster, live, in saved text, or in its configuration → the values of a profile.

`told` and `sinfo` read the programs' texts, `conf` the configuration, all into scontrol's words; `saved` and `live`
find them. `draft` makes a profile of it: facts, guesses that say so, and `questions` for what no Slurm knows.
Nothing is written here.
"""
