#!/bin/bash
# motion: homogeneous: 4 ranks on 1 node

set -euo pipefail
if [[ ! -v SLURM_JOB_ID ]]; then
  echo 'run this inside the allocation that allocate.sh gets' >&2
  exit 1
fi

mkdir -p -- MotionCorr/motion/
echo 'writing run.out and run.err in MotionCorr/motion/'
exec >>MotionCorr/motion/run.out 2>>MotionCorr/motion/run.err

mpirun -n ${SLURM_NTASKS} relion_run_motioncorr_mpi --i Import/movies.star
