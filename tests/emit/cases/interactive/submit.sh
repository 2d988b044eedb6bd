#!/bin/bash
# Starts the jobs of specs/motion.yaml; made by relionc 0.1.0.

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

echo 'motion is interactive: start motion/allocate.sh, and motion/run.sh in its shell'

echo 'ctf: start ctf/run.sbatch when motion has finished'
