#!/bin/bash
# motion: homogeneous: 4 ranks on 1 node

set -euo pipefail
if [[ ! -v SLURM_JOB_ID ]]; then
  echo 'run this inside the allocation that allocate.sh gets' >&2
  exit 1
fi

# What relionc-runtime.sh has to know to guard this job. It stands in the folder of the build; of this script, Slurm runs a copy.
declare -A plan=(
  [identity]=12
  [output]=MotionCorr/motion/
  [program]=relion_run_motioncorr_mpi
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
echo 'writing run.out and run.err in MotionCorr/motion/'

new() {
  mpirun -n ${SLURM_NTASKS} relion_run_motioncorr_mpi --i Import/movies.star
}

relionc_run
