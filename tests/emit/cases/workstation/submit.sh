#!/bin/bash
# Starts the jobs of specs/local.yaml; made by relionc 0.1.0.

set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/" && pwd)

mkdir -p -- "${HOME}/my project/CtfFind/ctf/"
echo ctf
bash "${here}"/ctf/run.sh

mkdir -p -- "${HOME}/my project/AutoPick/pick/"
echo pick
bash "${here}"/pick/run.sh
