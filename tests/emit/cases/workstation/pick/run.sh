#!/bin/bash
# pick: made by relionc 0.1.0 from specs/local.yaml
# Do not edit.

set -euo pipefail

CDPATH='' cd -- "${HOME}/my project"
mkdir -p -- AutoPick/pick/
echo 'writing run.out and run.err in AutoPick/pick/'
exec >>AutoPick/pick/run.out 2>>AutoPick/pick/run.err

relion_autopick --i CtfFind/ctf/micrographs_ctf.star
