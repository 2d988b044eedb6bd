#!/bin/bash
# Starts the jobs of specs/local.yaml; made by relionc 0.1.0.

set -euo pipefail
self=${BASH_SOURCE[0]}
if [[ -L ${self} ]]; then self=$(readlink -f -- "${self}"); fi # a link to this script, from a folder without the build
here=$(CDPATH='' cd -- "$(dirname -- "${self}")/" && pwd)

# Only what was built is submitted: each file has to be what manifest.json says. RELIONC_EDITED=yes does without.
if [[ ${RELIONC_EDITED-} != yes ]]; then
  listed=$(sed -n 's/^    "\(.*\)": {"sha256": "\([0-9a-f]*\)", "bytes": [0-9]*},\{0,1\}$/\2  \1/p' "${here}/manifest.json")
  if ! (cd -- "${here}" && sha256sum --check --strict --quiet <<<"${listed}") >&2; then
    echo "nothing was submitted: this build is not whole. Build it again, or set RELIONC_EDITED=yes to submit your changes" >&2
    exit 1
  fi
fi

# What was submitted is kept, as `relionc submit` does: state/JOB/submitted has time, id and digest of
# the script, and state/folder where it was submitted.
export RELIONC_BUILD=${here}
mkdir -p -- "${here}/state"
exec 9>>"${here}/state/lock"
if command -v flock >/dev/null && ! flock -n 9; then
  echo "nothing was submitted: ${here} is being submitted by another call" >&2
  exit 1
fi

digest() { sha256sum <"${here}/$1" | cut -c -64; }
remember() { # JOB ID SCRIPT
  mkdir -p -- "${here}/state/$1"
  printf '%(%s)T\t%s\t%s\n' -1 "$2" "$(digest "$3")" >>"${here}/state/$1/submitted"
  pwd >"${here}/state/folder"
}

# Whether a job has ended well since it was submitted: as its script has noted, else by RELION's mark.
ended_well() { # JOB FOLDER ID
  local status
  status=$(awk -F '\t' -v id="$3" '$2 == id && ($4 == "start" || $4 == "end") { last = $4 == "end" ? $8 : "runs" } END { print last }' \
    "$2/relionc/events.tsv" 2>/dev/null) || status=
  [[ ${status} == 0 || (-z ${status} && ! "${here}/state/$1/submitted" -nt $2/RELION_JOB_EXIT_SUCCESS && -e $2/RELION_JOB_EXIT_SUCCESS) ]]
}

# Whether a job is left alone, being in the queue (then its id is known below) or finished.
is_left_alone() { # JOB FOLDER SCRIPT
  local number='' built=''
  [[ ! -e ${here}/state/$1/submitted ]] || IFS=$'\t' read -r _ number built < <(tail -n 1 -- "${here}/state/$1/submitted") || :
  [[ -n ${number} ]] || return 1
  [[ ${built} == "$(digest "$3")" ]] && ended_well "$1" "$2" "${number}" || return 1
  echo "$1 is finished already"
}

# What a job reads and no other one makes is there before it is submitted; where it is not, this is hardly the project folder.
# RELIONC_INPUTS=later submits it all the same.
needs=()
has_inputs() { # JOB
  local file
  [[ ${RELIONC_INPUTS-} != later ]] || return 0
  for file in ${needs[@]+"${needs[@]}"}; do
    if [[ ! -r ${file} ]]; then
      echo "nothing was submitted: $1 reads ${file}, which is not in ${PWD}: call this in the project folder" >&2
      exit 1
    fi
  done
}

run() { # JOB FOLDER SCRIPT
  ! is_left_alone "$@" || return 0
  has_inputs "$1"
  echo "$1"
  mkdir -p -- "$2"
  (remember "$1" "local-${BASHPID}" "$3" && exec bash "${here}/$3" 9>&-)
}

needs=()
run ctf "${HOME}/my project/CtfFind/ctf/" ctf/run.sh
needs=()
run pick "${HOME}/my project/AutoPick/pick/" pick/run.sh
