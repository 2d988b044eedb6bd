#!/bin/bash
# Starts the jobs of class3d-tiny.yaml, in order.
# Made by relionc 0.1.0: do not edit, change the spec and build again.

set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/" && pwd)

mkdir -p -- Class3D/class3d/
echo class3d
bash "${here}"/class3d/run.sh
