#!/bin/bash
# Starts the jobs of homogeneous.yaml, in order.
# Made by relionc 0.1.0: do not edit, change the spec and build again.

set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/" && pwd)

mkdir -p -- MotionCorr/motioncorr/
id_1=$(sbatch --parsable "${here}"/motioncorr/run.sbatch)
id_1=${id_1%%;*}
echo motioncorr "${id_1}"
