#!/bin/bash
# Starts the jobs of specs/motion.yaml; made by relionc 0.1.0.

set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/" && pwd)

echo 'motion is interactive: start motion/allocate.sh, and motion/run.sh in its shell'

echo 'ctf: start ctf/run.sbatch when motion has finished'
