#!/bin/bash
# motioncorr: Motion correction of RELION 2.1, from motioncorr-interactive.yaml
# homogeneous: 4 ranks on 1 node, 1 CPU each, 4 k80 GPUs per node
# Made by relionc 0.1.0: do not edit, change the spec and build again.

set -euo pipefail
if [[ ! -v SLURM_JOB_ID ]]; then
  echo 'run this inside the allocation that allocate.sh gets' >&2
  exit 1
fi

# What relionc-runtime.sh has to know to guard this job. It stands in the folder of the build; of this script, Slurm runs a copy.
declare -A plan=(
  [identity]=52af1661
  [job]=motioncorr
  [relion]=2.1
  [resume]=unfinished
  [restart]=auto
  [ranks]=4
  [nodes]=1
  [output]=MotionCorr/motioncorr/
  [program]=relion_run_motioncorr_mpi
  [cpus]=4
  [gpus]=4
)
inputs=(Import/job001/movies.star)
results=(MotionCorr/motioncorr/corrected_micrographs.star MotionCorr/motioncorr/corrected_micrograph_movies.star MotionCorr/motioncorr/logfile.pdf)
wrapper=()
build=$(dirname -- "${BASH_SOURCE[0]}")/..
if [[ ! -r ${build}/relionc-runtime.sh ]]; then
  build=${RELIONC_BUILD:-$(scontrol show job "${SLURM_JOB_ID:-}" | sed -n 's|^ *Command=\(.*\)/[^/]*/[^/]*$|\1|p;T;q')}
fi
. "${build}/relionc-runtime.sh" || { echo "relionc-runtime.sh is not in '${build}': name the folder of this build in RELIONC_BUILD" >&2; exit 78; }
relionc_begin
echo 'writing run.out and run.err in MotionCorr/motioncorr/'

# What this site needs before RELION; module functions may read unset variables.
set +u
module load RELION/2.1
set -u

export SRUN_CPUS_PER_TASK=1

launch() {
  mpirun -n ${SLURM_NTASKS} "$@"
}

new() {
  launch \
    relion_run_motioncorr_mpi \
    --i Import/job001/movies.star \
    --o MotionCorr/motioncorr/ \
    --save_movies \
    --first_frame_sum 1 \
    --last_frame_sum 0 \
    --use_motioncor2 \
    --bin_factor 1 \
    --motioncor2_exe MotionCor2 \
    --bfactor 150 \
    --angpix 1 \
    --patch_x 5 \
    --patch_y 5 \
    --gpu ""
}

# How RELION goes on with what an earlier start has left.
resume() {
  launch \
    relion_run_motioncorr_mpi \
    --i Import/job001/movies.star \
    --o MotionCorr/motioncorr/ \
    --save_movies \
    --first_frame_sum 1 \
    --last_frame_sum 0 \
    --use_motioncor2 \
    --bin_factor 1 \
    --motioncor2_exe MotionCor2 \
    --bfactor 150 \
    --angpix 1 \
    --patch_x 5 \
    --patch_y 5 \
    --gpu "" \
    --only_do_unfinished
}

relionc_run
