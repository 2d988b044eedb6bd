#!/bin/bash
# Stands in for a RELION program, under whatever name it is called: prints one line on where this MPI rank runs
# and what it was given. Started by srun, by mpirun or by mpiexec.hydra.
rank=${OMPI_COMM_WORLD_RANK:-${SLURM_PROCID:-0}}
size=${OMPI_COMM_WORLD_SIZE:-${SLURM_STEP_NUM_TASKS:-1}}
local=${OMPI_COMM_WORLD_LOCAL_RANK:-${SLURM_LOCALID:-0}}
host=${SLURMD_NODENAME:-$(hostname)}
if [[ -v MPI_LOCALRANKID ]]; then # hydra's: Slurm's variables here are those of the node with the script
  rank=${PMI_RANK} size=${PMI_SIZE} local=${MPI_LOCALRANKID} host=$(hostname)
fi
scratch=
# As RELION does: the end is told, and the files of the last iteration are there.
if [[ ${rank} = 0 ]]; then
  while (($# > 1)); do
    case $1 in --o) root=$2 ;; --iter) last=_it$(printf %03d "$2") ;; --K) classes=$2 ;; --pipeline_control) control=$2 ;; esac
    words+=("$1")
    shift
  done
  set -- "${words[@]}" "$@"
  if [[ ${root-} = */run ]]; then
    for name in data.star model.star optimiser.star half1_class001_unfil.mrc; do echo probe >"${root}${last-}_${name}"; done
    for ((i = 1; i <= ${classes:-1}; i++)); do echo probe >"${root}${last-}_class$(printf %03d "${i}").mrc"; done
  fi
  if [[ -n ${control-} ]]; then touch "${control}RELION_JOB_EXIT_SUCCESS"; fi
fi
for ((i = 1; i < $#; i++)); do
  if [[ ${!i} = --scratch_dir ]]; then
    next=$((i + 1))
    if [[ -d ${!next} ]]; then scratch=yes; else scratch=no; fi
  fi
done
printf 'PROBE program=%s rank=%s size=%s host=%s local=%s cpus=%s cpus_on_node=%s gpus=%s scratch=%s\n' \
  "${0##*/}" "${rank}" "${size}" "${host}" "${local}" \
  "${SLURM_CPUS_PER_TASK:-}" "${SLURM_CPUS_ON_NODE:-}" "${CUDA_VISIBLE_DEVICES:-}" "${scratch}"
