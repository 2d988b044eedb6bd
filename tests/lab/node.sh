#!/bin/bash
# One virtual node, in a hostname and mount namespace of its own: what is per node on a real cluster is per
# node here, and a plain slurmd takes its name from the hostname.
# Usage: node.sh RUN NODE
set -euo pipefail
run=$1
node=$2
hostname "${node}"
mount --bind "${run}/nodes/${node}/lscratch" /lscratch
mount --bind "${run}/nodes/${node}/tmp" "${run}/node-tmp"
mount --bind "${run}/etc/hosts" /etc/hosts
mount -t tmpfs tmpfs /dev/shm # Open MPI's shared memory must end at the node
if [[ -s ${run}/etc/pmix ]]; then
  mount --bind "${run}/pmix" "$(<"${run}/etc/pmix")"
fi
exec slurmd -f "${SLURM_CONF}" -N "${node}"
