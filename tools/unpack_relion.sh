#!/bin/bash
# Unpacks the RELION of another Debian release in a folder, for the tests that ask it (tests/catalog). Installs nothing and
# needs no root: its programs run with the libraries that are unpacked beside them.
#
# tools/unpack_relion.sh [FOLDER [SUITE]]     ~/.cache/relionc-lab/relion-5.1, sid
set -euo pipefail

folder=${1:-${HOME}/.cache/relionc-lab/relion-5.1}
suite=${2:-sid}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
if [[ -x ${folder}/usr/bin/relion_pipeliner ]]; then exit 0; fi
for program in apt-get dpkg-deb; do
  command -v "${program}" >/dev/null || { echo "RELION is unpacked from Debian's packages, and there is no ${program} here." >&2; exit 1; }
done

# An apt of its own, on which nothing is installed yet: so it names all that RELION needs.
apt=$(mktemp -d)
trap 'rm -rf "${apt}"' EXIT
mkdir -p "${apt}"/{lists,cache,debs}
touch "${apt}/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror} ${suite} main" >"${apt}/sources.list"
options=(-qq -o Dir::State="${apt}" -o Dir::State::lists="${apt}/lists" -o Dir::State::status="${apt}/status" -o Dir::Cache="${apt}/cache"
  -o Dir::Etc::SourceList="${apt}/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
  -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none)
apt-get "${options[@]}" update

# Libraries only, and not those of GPUs that Open MPI may use: they are large, and RELION's own programs do without.
mapfile -t packages < <(
  apt-get "${options[@]}" --no-install-recommends --simulate -o Debug::NoLocking=1 install relion |
    awk '$1 == "Inst" && $2 ~ /^(relion|lib.*|zlib1g|ibverbs-providers)$/ && $2 !~ /^lib(llvm|amd|hsa|z3|perl|python|clang)/ { print $2 }'
)
(cd "${apt}/debs" && apt-get "${options[@]}" download "${packages[@]}")

# Complete or not there: another run may look for it.
mkdir -p "$(dirname "${folder}")"
unpacked=$(mktemp -d "${folder}.XXXXXX")
for package in "${apt}"/debs/*.deb; do dpkg-deb -x "${package}" "${unpacked}"; done
rm -rf "${unpacked}"/usr/share
mkdir -p "${unpacked}/lib64"
cp -n "${unpacked}"/usr/lib64/ld-linux-* "${unpacked}/lib64/" 2>/dev/null || true
rmdir "${folder}" 2>/dev/null || true
mv -T "${unpacked}" "${folder}"
echo "RELION $(dpkg-deb -f "${apt}"/debs/relion_*.deb Version) is in ${folder}."
