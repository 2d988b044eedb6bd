#!/bin/bash
# Stands in for CTFFIND 4, which RELION's CTF estimation calls and which is neither RELION's nor Debian's. It takes CTFFIND's
# answers, one a line, looks at no image, and says 1 um for each, where and in the words in which RELION looks for it
# (3dem/relion: src/ctffind_runner.cpp, getCtffind4Results).
set -euo pipefail
{ read -r micrograph && read -r diagnostic && read -r pixel && read -r voltage && read -r aberration && read -r contrast; } || exit 1
[[ -s ${micrograph} ]] || { echo "no such image: ${micrograph}" >&2; exit 1; }
cp "${micrograph}" "${diagnostic}"
cat >"${diagnostic%.ctf}.txt" <<END
# Pixel size: ${pixel} Angstroms ; acceleration voltage: ${voltage} keV ; spherical aberration: ${aberration} mm ; amplitude contrast: ${contrast}
# Columns: #1 - micrograph number; #2 - defocus 1; #3 - defocus 2; #4 - azimuth; #5 - phase shift; #6 - correlation; #7 - resolution
1.000000 10000.000000 10000.000000 0.000000 0.000000 0.100000 12.000000
END
echo "Summary of results                                 : ${diagnostic%.ctf}.txt"
