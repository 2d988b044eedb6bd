#!/bin/bash
# motioncorr: Motion correction of RELION 2.1, from motioncorr-interactive.yaml
# homogeneous: 4 ranks on 1 node, 1 CPU each, 4 k80 GPUs per node
# Made by relionc 0.1.0: do not edit, change the spec and build again.

set -euo pipefail
if [[ ! -v SLURM_JOB_ID ]]; then
  echo 'run this inside the allocation that allocate.sh gets' >&2
  exit 1
fi

# What this site needs before RELION; module functions may read unset variables.
set +u
module load RELION/2.1
set -u

export SRUN_CPUS_PER_TASK=1

mkdir -p -- MotionCorr/motioncorr/
echo 'writing run.out and run.err in MotionCorr/motioncorr/'
exec >>MotionCorr/motioncorr/run.out 2>>MotionCorr/motioncorr/run.err

mpirun -n ${SLURM_NTASKS} \
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
