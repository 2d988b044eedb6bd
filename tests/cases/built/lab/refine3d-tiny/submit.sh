#!/bin/bash
# Starts the jobs of refine3d-tiny.yaml, in order.
# Made by relionc 0.1.0: do not edit, change the spec and build again.

set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/" && pwd)

mkdir -p -- Refine3D/refine3d/
id_1=$(sbatch --parsable "${here}"/refine3d/run.sbatch)
id_1=${id_1%%;*}
echo refine3d "${id_1}"
