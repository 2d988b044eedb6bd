#!/bin/bash
# Starts the jobs of hydra-in-a-container.yaml, in order.
# Made by relionc 0.1.0: do not edit, change the spec and build again.

set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/" && pwd)

# Only what was built is submitted: each file has to be what manifest.json says. RELIONC_EDITED=yes does without.
if [[ ${RELIONC_EDITED-} != yes ]]; then
  listed=$(sed -n 's/^    "\(.*\)": {"sha256": "\([0-9a-f]*\)", "bytes": [0-9]*},\{0,1\}$/\2  \1/p' "${here}/manifest.json")
  if ! (cd -- "${here}" && sha256sum --check --strict --quiet <<<"${listed}") >&2; then
    echo "nothing was submitted: this build is not whole. Build it again, or set RELIONC_EDITED=yes to submit your changes" >&2
    exit 1
  fi
fi

mkdir -p -- Class2D/class2d/
id_1=$(sbatch --parsable "${here}"/class2d/run.sbatch)
id_1=${id_1%%;*}
echo class2d "${id_1}"

mkdir -p -- Class3D/class3d/
id_2=$(sbatch --parsable "${here}"/class3d/run.sbatch)
id_2=${id_2%%;*}
echo class3d "${id_2}"
