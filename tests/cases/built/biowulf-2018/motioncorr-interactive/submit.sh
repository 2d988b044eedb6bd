#!/bin/bash
# Starts the jobs of motioncorr-interactive.yaml, in order.
# Made by relionc 0.1.0: do not edit, change the spec and build again.

set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/" && pwd)

echo 'motioncorr is interactive: start motioncorr/allocate.sh, and motioncorr/run.sh in the shell that it opens'
