#!/bin/bash
# ctf: made by relionc 0.1.0 from specs/local.yaml
# Do not edit.

set -euo pipefail

# What relionc-runtime.sh has to know to guard this job. It stands in the folder of the build; of this script, Slurm runs a copy.
declare -A plan=(
  [identity]=ctf
  [program]=relion_run_ctffind_mpi
  [project]="${HOME}/my project"
  [output]=CtfFind/ctf/
)
inputs=()
results=()
wrapper=()
build=$(dirname -- "${BASH_SOURCE[0]}")/..
if [[ ! -r ${build}/relionc-runtime.sh ]]; then
  build=${RELIONC_BUILD:-$(scontrol show job "${SLURM_JOB_ID:-}" | sed -n 's|^ *Command=\(.*\)/[^/]*/[^/]*$|\1|p;T;q')}
fi
. "${build}/relionc-runtime.sh" || { echo "relionc-runtime.sh is not in '${build}': name the folder of this build in RELIONC_BUILD" >&2; exit 78; }
relionc_begin
echo 'writing run.out and run.err in CtfFind/ctf/'

new() {
  mpirun -n 2 relion_run_ctffind_mpi --i Import/micrographs.star
}

relionc_run
