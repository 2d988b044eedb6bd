#!/bin/bash
# Starts the jobs of numbered-folders.yaml, in order.
# Made by relionc 0.1.0: do not edit, change the spec and build again.

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
  if [[ ${number} =~ ^[0-9]+(_[0-9]+)?$ ]]; then
    local found
    found=$(squeue -h -j "${number}" -o %T 2>&1) || [[ ${found} == *"Invalid job id"* ]] || {
      echo "nothing was submitted: nobody can say whether $1 still runs: ${found}" >&2
      exit 1
    }
    if [[ -n ${found} && ${found} != *"Invalid job id"* ]]; then
      echo "$1 is in the queue already: job ${number}, ${found%%$'\n'*}"
      ids[$1]=${number} left=1
      return 0
    fi
  fi
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

# Slurm takes all jobs or none: where one is refused, those before it are cancelled.
# Variables of a surrounding job would contradict what the scripts ask for.
unset "${!SLURM_CPU_BIND@}" "${!SLURM_GPU_BIND@}" "${!SLURM_HET_@}" "${!SLURM_MEM_BIND@}" "${!SLURM_MEM_PER_@}" "${!SLURM_NTASKS_PER_@}" SLURM_CORE_SPEC SLURM_CPUS_PER_TASK SLURM_DISTRIBUTION SLURM_EXCLUSIVE SLURM_GPUS SLURM_GPUS_PER_NODE SLURM_GPUS_PER_TASK SLURM_HINT SLURM_HOSTFILE SLURM_NPROCS SLURM_NTASKS SLURM_OVERCOMMIT SLURM_RESTART_COUNT SLURM_THREADS_PER_CORE SLURM_TRES_PER_TASK SRUN_CPUS_PER_TASK
# What sbatch reads from its environment counts more than what a script says.
for name in "${!SBATCH_@}"; do
  echo "warning: ${name} is set, and sbatch takes it in place of what the scripts say" >&2
done
declare -A ids=()
queued=() jobs=() held=() said='' left=0
undo() {
  [[ -n ${queued[*]-} ]] || return 0
  scancel "${queued[@]}" && for job in "${jobs[@]}"; do sed -i '$d' "${here}/state/${job}/submitted"; done
  echo "nothing was submitted; what was queued before was cancelled: ${queued[*]}" >&2
}
trap undo EXIT

# A job with a number is one of the RELION project: the guard's file has how that is said in its table.
numbered=() folders=()
in_project() { # CALL JOB FOLDER
  [[ -s ${here}/$2/job_pipeline.star && ${3%/} =~ ^(.*/)?([A-Za-z0-9_]+/job[0-9]+)$ ]] || return 0
  local project=${BASH_REMATCH[1]:-.} job=${BASH_REMATCH[2]}
  # shellcheck source=/dev/null
  (. "${here}/relionc-runtime.sh" && relionc_of_submit "${here}" "$2" "${job}" && cd -- "${project}" && "relionc_$1")
}
is_free() { # JOB FOLDER
  local other
  other=$(in_project number_taken "$@") || other=
  if [[ -n ${other} ]]; then
    echo "nothing was submitted: $1 is to write to $2, but the project has ${other}: raise \`first_job\`" >&2
    exit 1
  fi
  numbered+=("$1") folders+=("$2")
}
# None has started yet. Where RELION works in the project, it may lose a row that is new: it is looked for again.
scheduled() {
  local round new=1 i
  for ((round = 0; round < 5 && new; round++)); do
    ((round == 0)) || sleep 4
    new=0
    for i in "${!numbered[@]}"; do
      in_project scheduled "${numbered[i]}" "${folders[i]}" || case $? in 3) new=1 ;; *) return 0 ;; esac
    done
  done
}

# hand_over AFTER SCRIPT COMMAND...: queues a script behind the jobs that have to end well before; sets id.
hand_over() {
  local after=$1 script=$2 ids_before='' words=() hold=() other
  shift 2
  hold=(--hold)
  for other in ${after}; do
    [[ -z ${ids[${other}]-} ]] || ids_before+=${ids_before:+:}${ids[${other}]}
    [[ " ${jobs[*]-} " != *" ${other} "* ]] || hold=() # it waits for one that is held
  done
  [[ -z ${ids_before} ]] || words=("--dependency=afterok:${ids_before}" --kill-on-invalid-dep=yes)
  # (Before bash 4.4 an empty array is an unset variable.)
  id=$("$@" ${hold[@]+"${hold[@]}"} ${words[@]+"${words[@]}"} "${here}/${script}")
  id=${id##*$'\n'} id=${id%%;*}
  if [[ ! ${id} =~ ^[0-9]+$ ]]; then
    echo "sbatch has not said which job ${job} is" >&2
    exit 1
  fi
  queued+=("${id}")
  [[ -z ${hold[*]-} ]] || held+=("${id}")
}

# queued_as JOB ID SCRIPT
queued_as() {
  jobs+=("$1") ids[$1]=$2 said+="$1 $2"$'\n'
  remember "$@"
}

queue() { # JOB FOLDER SCRIPT AFTER COMMAND...
  local job=$1 folder=$2 script=$3 after=$4 id
  shift 4
  ! is_left_alone "${job}" "${folder}" "${script}" || return 0
  has_inputs "${job}"
  is_free "${job}" "${folder}"
  mkdir -p -- "${folder}"
  hand_over "${after}" "${script}" "$@"
  queued_as "${job}" "${id}" "${script}"
}

needs=(Import/job001/movies.star)
queue motion MotionCorr/job098/ motion/run.sbatch '' sbatch --parsable
needs=(Import/job001/movies.star)
queue old CtfFind/job007/ old/run.sbatch '' sbatch --parsable
needs=()
queue ctf CtfFind/job099/ ctf/run.sbatch 'motion' sbatch --parsable

scheduled
[[ -z ${held[*]-} ]] || scontrol release "${held[@]}"
trap - EXIT
printf '%s' "${said}"
if [[ ${left} == 1 && -z ${queued[*]-} ]]; then
  echo "nothing was submitted: all that is left is in the queue already" >&2
  exit 1
fi
