#!/bin/bash
# Starts the jobs of spa-pipeline.yaml, in order.
# Made by relionc 0.1.0: do not edit, change the spec and build again.

set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/" && pwd)

# Only what was built is submitted: each file has to be what manifest.json says. RELIONC_EDITED=yes does without.
if [[ ${RELIONC_EDITED-} != yes ]]; then
  listed=$(sed -n 's/^    "\(.*\)": {"sha256": "\([0-9a-f]*\)", "bytes": [0-9]*},\{0,1\}$/\2  \1/p' "${here}/manifest.json")
  if ! (cd -- "${here}" && sha256sum --check --strict --quiet <<<"${listed}") >&2; then
    echo "nothing was submitted: this build is not whole. Build it again, or set RELIONC_EDITED=yes to submit your changes" >&2
    exit 1
  fi
fi

mkdir -p -- Import/movies/
id_1=$(sbatch --parsable "${here}"/movies/run.sbatch)
id_1=${id_1%%;*}
echo movies "${id_1}"

mkdir -p -- MotionCorr/motion/
id_2=$(sbatch --parsable --dependency=afterok:${id_1} --kill-on-invalid-dep=yes "${here}"/motion/run.sbatch)
id_2=${id_2%%;*}
echo motion "${id_2}"

mkdir -p -- CtfFind/ctf/
id_3=$(sbatch --parsable --dependency=afterok:${id_2} --kill-on-invalid-dep=yes "${here}"/ctf/run.sbatch)
id_3=${id_3%%;*}
echo ctf "${id_3}"

mkdir -p -- AutoPick/pick/
id_4=$(sbatch --parsable --dependency=afterok:${id_3} --kill-on-invalid-dep=yes "${here}"/pick/run.sbatch)
id_4=${id_4%%;*}
echo pick "${id_4}"

mkdir -p -- Extract/extract/
id_5=$(sbatch --parsable --dependency=afterok:${id_3}:${id_4} --kill-on-invalid-dep=yes "${here}"/extract/run.sbatch)
id_5=${id_5%%;*}
echo extract "${id_5}"

mkdir -p -- Class2D/classes/
id_6=$(sbatch --parsable --dependency=afterok:${id_5} --kill-on-invalid-dep=yes "${here}"/classes/run.sbatch)
id_6=${id_6%%;*}
echo classes "${id_6}"

mkdir -p -- Select/good/
id_7=$(sbatch --parsable --dependency=afterok:${id_6} --kill-on-invalid-dep=yes "${here}"/good/run.sbatch)
id_7=${id_7%%;*}
echo good "${id_7}"

mkdir -p -- InitialModel/initial/
id_8=$(sbatch --parsable --dependency=afterok:${id_7} --kill-on-invalid-dep=yes "${here}"/initial/run.sbatch)
id_8=${id_8%%;*}
echo initial "${id_8}"

mkdir -p -- Class3D/class3d/
id_9=$(sbatch --parsable --dependency=afterok:${id_7}:${id_8} --kill-on-invalid-dep=yes "${here}"/class3d/run.sbatch)
id_9=${id_9%%;*}
echo class3d "${id_9}"

mkdir -p -- Select/best/
id_10=$(sbatch --parsable --dependency=afterok:${id_9} --kill-on-invalid-dep=yes "${here}"/best/run.sbatch)
id_10=${id_10%%;*}
echo best "${id_10}"

mkdir -p -- Extract/reextract/
id_11=$(sbatch --parsable --dependency=afterok:${id_3}:${id_10} --kill-on-invalid-dep=yes "${here}"/reextract/run.sbatch)
id_11=${id_11%%;*}
echo reextract "${id_11}"

mkdir -p -- Refine3D/refine/
id_12=$(sbatch --parsable --dependency=afterok:${id_11} --kill-on-invalid-dep=yes "${here}"/refine/run.sbatch)
id_12=${id_12%%;*}
echo refine "${id_12}"

mkdir -p -- MaskCreate/mask/
id_13=$(sbatch --parsable --dependency=afterok:${id_12} --kill-on-invalid-dep=yes "${here}"/mask/run.sbatch)
id_13=${id_13%%;*}
echo mask "${id_13}"

mkdir -p -- PostProcess/sharpen/
id_14=$(sbatch --parsable --dependency=afterok:${id_12}:${id_13} --kill-on-invalid-dep=yes "${here}"/sharpen/run.sbatch)
id_14=${id_14%%;*}
echo sharpen "${id_14}"

mkdir -p -- CtfRefine/ctfrefine/
id_15=$(sbatch --parsable --dependency=afterok:${id_12}:${id_14} --kill-on-invalid-dep=yes "${here}"/ctfrefine/run.sbatch)
id_15=${id_15%%;*}
echo ctfrefine "${id_15}"

mkdir -p -- Polish/polish/
id_16=$(sbatch --parsable --dependency=afterok:${id_2}:${id_15}:${id_14} --kill-on-invalid-dep=yes "${here}"/polish/run.sbatch)
id_16=${id_16%%;*}
echo polish "${id_16}"
