#!/bin/bash
# Unpacks the RELION of another Debian release in a folder, for the tests that ask it (tests/catalog). Installs nothing and
# needs no root: its programs run with the libraries that are unpacked beside them.
#
# tools/unpack_relion.sh [FOLDER [SUITE]]     ~/.cache/relionc-lab/relion-5.1, sid
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/debian.sh"

folder=${1:-${HOME}/.cache/relionc-lab/relion-5.1}
if [[ -x ${folder}/usr/bin/relion_pipeliner ]]; then exit 0; fi
own_apt "${2:-sid}"

# Libraries only, and not those of GPUs that Open MPI may use: they are large, and RELION's own programs do without.
mapfile -t packages < <(
  closure relion | awk '$1 ~ /^(relion|lib.*|zlib1g|ibverbs-providers)$/ && $1 !~ /^lib(llvm|amd|hsa|z3|perl|python|clang)/ { print $1 "=" $2 }'
)

# Complete or not there: another run may look for it.
mkdir -p "$(dirname "${folder}")"
unpacked=$(mktemp -d "${folder}.XXXXXX")
unpack_into "${unpacked}" "${packages[@]}"
rm -rf "${unpacked}"/usr/share
rmdir "${folder}" 2>/dev/null || true
mv -T "${unpacked}" "${folder}"
echo "RELION $(dpkg-deb -f "${apt}"/debs/relion_*.deb Version) is in ${folder}."
