#!/bin/bash
# Starts the jobs of specs/ribosome.yaml; made by relionc 0.1.0.
# Do not edit.

set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/" && pwd)

mkdir -p -- Import/import/
id_1=$(sbatch --parsable "${here}"/import/run.sbatch)
id_1=${id_1%%;*}
echo import "${id_1}"

mkdir -p -- Class3D/class3d/
id_2=$(sbatch --parsable --dependency=afterok:${id_1} --kill-on-invalid-dep=yes "${here}"/class3d/run.sbatch)
id_2=${id_2%%;*}
echo class3d "${id_2}"
