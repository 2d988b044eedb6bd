#!/bin/bash
# Installs what the lab's tests need from Debian's archive: Slurm, munge, Open MPI, MPICH's launcher and RELION.
# Says nothing and changes nothing when all is there; needs root only when something is missing.
set -euo pipefail

# A program of each package stands for it, so that an installation by other means counts, too.
declare -A package=(
  [munged]=munge
  [slurmctld]=slurm-wlm
  [slurmd]=slurm-wlm
  [sbatch]=slurm-wlm
  [srun]=slurm-wlm
  [mpirun]=openmpi-bin
  [mpiexec.hydra]=mpich
  [relion_refine_mpi]=relion
  [relion_pipeliner]=relion
  [unshare]=util-linux
)
PATH=${PATH}:/usr/sbin:/sbin

missing=()
for program in "${!package[@]}"; do
  command -v "${program}" >/dev/null || missing+=("${package[${program}]}")
done
# Slurm's PMIx plugin looks for the library under its development name. The lab gives its nodes that name
# where root may use mount namespaces; elsewhere the development package must.
if [[ ${EUID} -eq 0 ]] && ! unshare --mount true 2>/dev/null && ! compgen -G '/usr/lib/*/pmix2/lib/libpmix.so' >/dev/null; then
  missing+=(libpmix-dev)
fi
if [[ ${#missing[@]} -eq 0 ]]; then exit 0; fi

mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
if [[ ${EUID} -ne 0 ]]; then
  echo "The lab's tests need root and these packages; as root, run:" >&2
  echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
if ! command -v apt-get >/dev/null; then
  echo "No apt-get here: install ${missing[*]} (names as in Debian 12) by the means of this system." >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
# Services need not start (invoke-rc.d skips them in runlevel 1): the lab runs daemons of its own.
RUNLEVEL=1 apt-get -qq install --no-install-recommends "${missing[@]}" </dev/null
