#!/bin/bash
# Gets the nodes of motioncorr, from motioncorr-interactive.yaml.
# In the shell that it opens, run motioncorr/run.sh.
# Made by relionc 0.1.0: do not edit, change the spec and build again.

set -euo pipefail

sinteractive \
  --partition=gpu \
  --nodes=1 \
  --ntasks=4 \
  --ntasks-per-node=4 \
  --cpus-per-task=1 \
  --mem-per-cpu=20G \
  --gres=gpu:k80:4,lscratch:200 \
  --time=08:00:00
