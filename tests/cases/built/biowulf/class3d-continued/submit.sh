#!/bin/bash
# Starts the jobs of class3d-continued.yaml, in order.
# Made by relionc 0.1.0: do not edit, change the spec and build again.

set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/" && pwd)

mkdir -p -- Class3D/job012/
id_1=$(sbatch --parsable "${here}"/class3d/run.sbatch)
id_1=${id_1%%;*}
echo class3d "${id_1}"

mkdir -p -- Refine3D/refine3d/
id_2=$(sbatch --parsable --dependency=afterok:${id_1} --kill-on-invalid-dep=yes "${here}"/refine3d/run.sbatch)
id_2=${id_2%%;*}
echo refine3d "${id_2}"
