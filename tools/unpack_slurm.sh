#!/bin/bash
# Unpacks the Slurm, the MPIs and the RELION of a Debian release in a folder, for the lab of that generation (tests/lab).
# Installs nothing; the lab enters the folder as its root.
#
# tools/unpack_slurm.sh [--newest] SUITE...
#
# A root is kept as ~/.cache/relionc-lab/roots/SUITE-KEY, where KEY stands for all its packages, their versions and this
# tool, and the link SUITE beside it is the one to use. It is complete or not there. One that is there is used without asking
# the network; --newest asks, and replaces it when a package has a new version.
set -euo pipefail
here=$(dirname -- "${BASH_SOURCE[0]}")
. "${here}/debian.sh"

roots=${RELIONC_LAB_ROOTS:-${HOME}/.cache/relionc-lab/roots}
programs=(slurmctld slurmd slurm-client munge openmpi-bin mpich relion)
basics=(base-files base-passwd bash coreutils findutils gawk grep hostname libc-bin mount procps sed util-linux)
# Compilers, and what a GPU or a desktop would need: large, and nothing here starts it.
spared='^(lib(llvm|amd|hsa|z3|clang|perl|wx)|perl-modules|fonts-|systemd$|libsystemd-shared|dpkg$|tzdata$)'

recipe=$(cat "${here}/debian.sh" "${BASH_SOURCE[0]}" | sha256sum)

# complete ROOT: whether it is what this tool makes, of whatever versions.
complete() { [[ -f $1/unpacked && $(<"$1/unpacked") = "${recipe}" ]]; }

# settle ROOT: what the packages would do as they are installed, as far as the lab needs it.
settle() {
  local root=$1 program library
  cp "${root}"/usr/share/base-passwd/passwd.master "${root}/etc/passwd"
  cp "${root}"/usr/share/base-passwd/group.master "${root}/etc/group"
  for program in slurmctld slurmd slurmstepd; do
    [[ -e ${root}/usr/sbin/${program} ]] || ln -s "${program}-wlm" "${root}/usr/sbin/${program}"
  done
  for program in sh:bash awk:gawk which:which.debianutils mpirun:mpirun.openmpi; do
    [[ -e ${root}/usr/bin/${program%:*} ]] || ln -sf "${program#*:}" "${root}/usr/bin/${program%:*}"
  done
  # Slurm's plugin looks for PMIx under the name that only the development package has.
  for library in "${root}"/usr/lib/*/{,pmix2/lib/}libpmix.so.2; do
    [[ ! -e ${library} ]] || ln -sf libpmix.so.2 "${library%.2}"
  done
  touch "${root}/etc/hosts"
  rm -rf "${root}"/usr/share/{doc,man,locale,info,perl,fonts,icons} "${root}"/var
  ldconfig -r "${root}"
}

make_root() {
  local suite=$1 key root old
  own_apt "${suite}"
  closure "${programs[@]}" "${basics[@]}" | grep -Ev "${spared}" | sort >"${apt}/packages"
  [[ -s ${apt}/packages ]] || { echo "Debian's ${suite} has not all of: ${programs[*]}." >&2; exit 1; }
  key=$( (cat "${apt}/packages" && echo "${recipe}") | sha256sum)
  root=${roots}/${suite}-${key::12}
  if ! complete "${root}"; then
    rm -rf "${root}" "${root}".*
    mapfile -t versions < <(tr ' ' '=' <"${apt}/packages")
    unpack_into "${root}.making" "${versions[@]}"
    settle "${root}.making"
    cp "${apt}/packages" "${root}.making/packages"
    echo "${recipe}" >"${root}.making/unpacked"
    mv -T "${root}.making" "${root}"
  fi
  ln -sfn "${root##*/}" "${roots}/.${suite}" && mv -T "${roots}/.${suite}" "${roots}/${suite}"
  for old in "${roots}/${suite}"-*; do # a lab that runs in one keeps it locked
    [[ ${old} = "${root}" ]] || flock --nonblock "${old}/unpacked" rm -rf "${old}" || true
  done
  echo "Slurm $(sed -n 's/^slurmctld //p' "${root}/packages") is in ${root}."
}

newest=
if [[ ${1-} = --newest ]]; then newest=yes && shift; fi
mkdir -p "${roots}"
exec 9>"${roots}/lock" && flock 9
for suite; do
  if [[ ! ${newest} ]] && complete "${roots}/${suite}"; then continue; fi
  if [[ ${EUID} -ne 0 ]]; then echo "Only root can make the root of a lab (ldconfig)." >&2 && exit 1; fi
  (make_root "${suite}")
done
