#!/bin/bash
# class3d: 3D classification of RELION 3.1, from class3d-tiny.yaml
# homogeneous: 2 ranks on 1 node, 1 CPU each
# Made by relionc 0.1.0: do not edit, change the spec and build again.

set -euo pipefail

# What relionc-runtime.sh has to know to guard this job. It stands in the folder of the build; of this script, Slurm runs a copy.
declare -A plan=(
  [identity]=a6d24743
  [job]=class3d
  [relion]=3.1
  [resume]=iterations
  [restart]=auto
  [marker]=yes
  [ranks]=2
  [output]=Class3D/class3d/
  [program]=relion_refine_mpi
  [root]=Class3D/class3d/run
  [cpus]=2
  [memory_mib]=44
)
inputs=(Particles/particles.star Particles/reference.mrc)
results=(Class3D/class3d/run_it003_data.star Class3D/class3d/run_it003_model.star Class3D/class3d/run_it003_class001.mrc Class3D/class3d/run_it003_class002.mrc)
wrapper=()
build=$(dirname -- "${BASH_SOURCE[0]}")/..
if [[ ! -r ${build}/relionc-runtime.sh ]]; then
  build=${RELIONC_BUILD:-$(scontrol show job "${SLURM_JOB_ID:-}" | sed -n 's|^ *Command=\(.*\)/[^/]*/[^/]*$|\1|p;T;q')}
fi
. "${build}/relionc-runtime.sh" || { echo "relionc-runtime.sh is not in '${build}': name the folder of this build in RELIONC_BUILD" >&2; exit 78; }
relionc_begin
echo 'writing run.out and run.err in Class3D/class3d/'

launch() {
  mpirun --oversubscribe --bind-to none -n 2 "$@"
}

new() {
  launch \
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
}

# How RELION goes on with what an earlier start has left.
resume() {
  launch \
    relion_refine_mpi \
    --continue "${from}" \
    --o Class3D/class3d/run \
    --dont_combine_weights_via_disc \
    --pool 3 \
    --pad 2 \
    --skip_gridding \
    --iter 3 \
    --tau2_fudge 4 \
    --particle_diameter 110 \
    --oversampling 1 \
    --healpix_order 1 \
    --offset_range 3 \
    --offset_step 4 \
    --j 1 \
    --pipeline_control Class3D/class3d/
}

relionc_run
