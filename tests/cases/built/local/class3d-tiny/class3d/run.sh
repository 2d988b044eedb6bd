#!/bin/bash
# class3d: 3D classification of RELION 3.1, from class3d-tiny.yaml
# homogeneous: 2 ranks on 1 node, 1 CPU each
# Made by relionc 0.1.0: do not edit, change the spec and build again.

set -euo pipefail

mkdir -p -- Class3D/class3d/
echo 'writing run.out and run.err in Class3D/class3d/'
exec >>Class3D/class3d/run.out 2>>Class3D/class3d/run.err

mpirun --oversubscribe --bind-to none -n 2 \
  relion_refine_mpi \
  --o Class3D/class3d/run \
  --i Particles/particles.star \
  --ref Particles/reference.mrc \
  --ini_high 40 \
  --dont_combine_weights_via_disc \
  --pool 3 \
  --pad 2 \
  --skip_gridding \
  --iter 3 \
  --tau2_fudge 4 \
  --particle_diameter 110 \
  --K 2 \
  --flatten_solvent \
  --zero_mask \
  --oversampling 1 \
  --healpix_order 1 \
  --offset_range 3 \
  --offset_step 4 \
  --sym C1 \
  --norm \
  --scale \
  --j 1 \
  --pipeline_control Class3D/class3d/
