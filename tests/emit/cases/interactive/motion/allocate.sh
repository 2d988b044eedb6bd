#!/bin/bash
# Gets the nodes of motion.

set -euo pipefail

sinteractive \
  --constraint=gpuk80 \
  --nodes=1 \
  --ntasks=4 \
  --ntasks-per-node=4 \
  --cpus-per-task=2 \
  --gres=gpu:k80:4,lscratch:200
