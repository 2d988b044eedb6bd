#!/bin/bash
# The first process of a lab: starts its daemons and stays until standard input closes. It is process 1 of a
# PID namespace where there is one, so its end is the end of every daemon, job step and mount of the lab.
# Usage: init.sh RUN ISOLATED(1|0); RUN holds etc/ as keeper.py wrote it.
set -euo pipefail
run=$1
isolated=$2
here=$(cd -- "$(dirname -- "$0")" && pwd)
if [[ ${isolated} = 1 ]]; then hostname labctl; fi

munged --key-file="${run}/munge/key" --socket="${run}/munge/socket" --pid-file="${run}/munge/pid" \
  --log-file="${run}/log/munged.log" --seed-file="${run}/munge/seed" --num-threads=4
slurmctld -i -f "${SLURM_CONF}"
while read -r node <&3; do
  if [[ ${isolated} = 1 ]]; then
    unshare --uts --mount bash "${here}/node.sh" "${run}" "${node}"
  else
    slurmd -f "${SLURM_CONF}" -N "${node}"
  fi
done 3<"${run}/etc/nodes"
touch "${run}/started"
read -r _ || true
