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
for ((i = 1; i < $#; i++)); do
  if [[ ${!i} = --scratch_dir ]]; then
    next=$((i + 1))
    if [[ -d ${!next} ]]; then scratch=yes; else scratch=no; fi
  fi
done
printf 'PROBE program=%s rank=%s size=%s host=%s local=%s cpus=%s cpus_on_node=%s gpus=%s scratch=%s\n' \
  "${0##*/}" "${rank}" "${size}" "${host}" "${local}" \
  "${SLURM_CPUS_PER_TASK:-}" "${SLURM_CPUS_ON_NODE:-}" "${CUDA_VISIBLE_DEVICES:-}" "${scratch}"
