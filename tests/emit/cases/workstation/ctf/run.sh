#!/bin/bash
# ctf: made by relionc 0.1.0 from specs/local.yaml
# Do not edit.

set -euo pipefail

CDPATH='' cd -- "${HOME}/my project"
mkdir -p -- CtfFind/ctf/
echo 'writing run.out and run.err in CtfFind/ctf/'
exec >>CtfFind/ctf/run.out 2>>CtfFind/ctf/run.err

mpirun -n 2 relion_run_ctffind_mpi --i Import/micrographs.star
