#!/bin/bash
# The guard of relionc's jobs: run.sbatch and run.sh say what runs, this file how it is guarded. It needs bash 4.2, coreutils,
# awk, sed, grep, find and Slurm's own commands. docs/runtime.md describes what it does, and why.
#
# A script sets `plan` (facts by name), `inputs`, `results` and `wrapper` (lists), sources this file and calls
#   relionc_begin   takes the output folder, or ends the script: it is another job's, another run's, or finished
#   relionc_run     checks every node, runs `new` or `resume`, watches it, and ends the script
# In between stand the site's lines and the functions `rows` (of the hostfile), `launch`, `new` and `resume`.
#
# shellcheck shell=bash
# shellcheck disable=SC2154 # plan, inputs, results, wrapper and build are the script's

# --- what is data: made by tools/build_runtime.py from relionc/runtime/*.yaml -----------------------------------------

# What Slurm, launchers and RELION print (words.yaml has the sources).
declare -A rc_word=(
  [taken]='CANCELLED AT'
  [requeue]='CANCELLED AT .* DUE TO (JOB REQUEUE|PREEMPTION|NODE FAILURE)|DUE TO PREEMPTION'
  [limit]='CANCELLED AT .* DUE TO TIME LIMIT'
  [no_start]='task [0-9,-]+ launch failed|aborted before step completely launched|Unable to create step|[Ii]nvalid MPI type|Job step creation|not enough slots|could not be found on the node|ORTE_ERROR_LOG|ORTE was unable|PMIx server|orte_init failed|MPI_INIT failed|unable to (start|launch)'
  [gone]='[Nn]ode failure|NODE_FAIL|lost contact|[Cc]ommunication connection failure'
  [unknown_job]='Invalid job id'
  [killed]='task(s:)? [0-9,-]+: (Killed|Segmentation fault|Bus error|Terminated|Aborted|Illegal)|tasks [0-9,-]+: (Killed|Segm|Bus)|exited on signal|KILLED BY SIGNAL|BAD TERMINATION'
  [memory]='std::bad_alloc|[Cc]annot allocate memory|cudaErrorMemoryAllocation|CUDA error:? out of memory|out of memory'
  [disk]='No space left on device|Disk quota exceeded'
  [error]='^ *ERROR'
  [world]='Number of MPI processes *= *[0-9]+'
  [works]='(Expectation|Gradient optimisation) iteration'
  [memory_of_slurm]='oom[-_ ]?kill|[Oo]ut [Oo]f [Mm]emory|exceeded (job |step )?memory limit|OOM Killed'
)
declare -A rc_warning=(
  [unknown_argument]='is not a valid RELION argument'
  [no_gpu]='CPU-only build|compiled without (CUDA|GPU)|without (CUDA|GPU) support|requires? CUDA|compiled with CUDA'
  [scratch_full]='scratch space full|Remaining [0-9]+ particles will be read from where they were'
)
declare -A rc_warning_says=(
  [unknown_argument]='RELION ignores an argument that this version does not know'
  [no_gpu]='this RELION is built without GPU support, so it computes on CPUs'
  [scratch_full]='scratch was full, so particles are read from where they were'
)
declare -A rc_marker=(
  [success]=RELION_JOB_EXIT_SUCCESS
  [failure]=RELION_JOB_EXIT_FAILURE
  [aborted]=RELION_JOB_EXIT_ABORTED
  [abort]=RELION_JOB_ABORT_NOW
)
declare -A rc_iteration=(
  [optimiser]='_it[0-9][0-9][0-9]_optimiser.star'
  [names]='^_rln(ModelStarFile2?|ExperimentalDataStarFile|OrientSamplingStarFile)$'
  [model]=_model.star
  [maps]='^_rlnReferenceImage$'
  [data]=_data.star
)
declare -A rc_python_of=(
  [--blush]=relion_python_blush
)
# The jobs of a RELION project (relionc/catalog/data/pipelines.yaml).
declare -A rc_project=(
  [table]=default_pipeline.star
  [processes]=data_pipeline_processes
  [nodes]=data_pipeline_nodes
  [inputs]=data_pipeline_input_edges
  [outputs]=data_pipeline_output_edges
  [name]=_rlnPipeLineProcessName
  [alias]=_rlnPipeLineProcessAlias
  [no_alias]=None
  [counter]=_rlnPipeLineJobCounter
  [node]=_rlnPipeLineNodeName
  [node_type]=_rlnPipeLineNodeType
  [node_label]=_rlnPipeLineNodeTypeLabel
  [input_node]=_rlnPipeLineEdgeFromNode
  [input_process]=_rlnPipeLineEdgeProcess
  [output_node]=_rlnPipeLineEdgeToNode
  [output_process]=_rlnPipeLineEdgeProcess
  [more]='_rlnPipeLineNodeTypeLabelDepth 1'
  [continues]=_rlnJobIsContinue
  [offered]=.Nodes
  [version]=30001
  [changed]=.pipeline_has_changed
  [lock_folder]=.relion_lock
  [lock_file]=lock_default_pipeline.star
  [job_file]=job.star
  [job_table]=job_pipeline.star
  [note]=note.txt
)
declare -A rc_state_word=(
  [_rlnPipeLineProcessStatus.scheduled]=1
  [_rlnPipeLineProcessStatus.running]=0
  [_rlnPipeLineProcessStatus.success]=2
  [_rlnPipeLineProcessStatus.failure]=3
  [_rlnPipeLineProcessStatus.aborted]=4
  [_rlnPipeLineProcessStatusLabel.scheduled]=Scheduled
  [_rlnPipeLineProcessStatusLabel.running]=Running
  [_rlnPipeLineProcessStatusLabel.success]=Succeeded
  [_rlnPipeLineProcessStatusLabel.failure]=Failed
  [_rlnPipeLineProcessStatusLabel.aborted]=Aborted
)

# relionc_ending NAME: sets the caller's status, marker, code and say.
relionc_ending() {
  case $1 in
    finished) status=0 marker=success code='' say='RELION finished and all its results are there' ;;
    finished_before) status=0 marker='' code='' say='this run is finished already; nothing was done' ;;
    preflight) status=69 marker=failure code='' say='the job was not started because something that it needs is not there' ;;
    set_up) status=70 marker=failure code=RL610 say='what the site needs before RELION failed' ;;
    mpi_start) status=71 marker=failure code=RL651 say='the ranks did not start as one MPI job' ;;
    no_progress) status=72 marker=failure code='' say='the time limit came before a new iteration was whole' ;;
    not_ours) status=73 marker='' code=RL806 say='the output folder holds another run; nothing was touched' ;;
    time_limit) status=74 marker=failure code='' say='the time limit came' ;;
    locked) status=75 marker='' code=RL804 say='another job is writing to the output folder; nothing was touched' ;;
    given_up) status=76 marker=failure code='' say='the ranks died or stood still too often' ;;
    relion_error) status=77 marker=failure code=RL133 say='RELION stopped with an error' ;;
    no_guard) status=78 marker='' code='' say='relionc-runtime.sh was not found' ;;
    memory) status=79 marker=failure code=RL402 say='a node or a GPU had not enough memory' ;;
    disk) status=80 marker=failure code=RL501 say='a disk was full or a quota was used up' ;;
    wrong_run) status=81 marker=failure code='' say='RELION warned of something that makes the run wrong' ;;
    incomplete) status=82 marker=failure code='' say='the program ended without an error but did not finish' ;;
    failed) status=83 marker=failure code='' say='the program failed' ;;
    aborted) status=84 marker=aborted code='' say='the job was aborted by RELION_JOB_ABORT_NOW' ;;
    requeued) status=85 marker='' code='' say='the job goes back to the queue' ;;
    taken_over) status=86 marker='' code='' say='another start of this job has the output folder; this one ends' ;;
    folder_gone) status=87 marker='' code='' say='the lock of the output folder is gone; somebody has removed or moved the folder' ;;
    cancelled) status=143 marker=aborted code='' say='the job was cancelled' ;;
  esac
}

# --- end of what is made ------------------------------------------------------------------------------------------------

# How long to wait, in seconds. A site or a user may export others.
: "${RELIONC_TICK:=1}"            # between two looks at a running job
: "${RELIONC_STALL_START:=900}"   # without a word from the program: its ranks have not found each other
: "${RELIONC_STALL_FIRST:=7200}"  # without a sign of life before the first iteration: copying to scratch, reading
: "${RELIONC_STALL_LEAST:=1200}"  # the same later, at least
: "${RELIONC_STALL_FACTOR:=4}"    # the same later: so many times the longest iteration
: "${RELIONC_PLACES_WAIT:=180}"    # for a start of ranks that do nothing
: "${RELIONC_ABORT_WAIT:=90}"     # for RELION's own clean abort
: "${RELIONC_AGAIN_WAIT:=5}"      # before a step is started again: PMIx of the last one has to be gone
: "${RELIONC_TRIES:=2}"           # starts in one allocation without a new iteration, after the first

# --- saying ----------------------------------------------------------------------------------------------------------------

# relionc_tell SENTENCE…: one line for people, on what was the script's standard output.
relionc_tell() { printf '%(%F %T)T relionc: %s\n' -1 "${*//[[:cntrl:]]/ }" >&"${rc_log}"; }

# relionc_head SENTENCE: the line with which the log of the job begins: that it runs, later how it ended. It has always the same
# length and is written over in its place, whatever has been written behind it. A terminal has none.
relionc_head() {
  local LC_ALL=C at line="relionc: job ${rc_job}, ${plan[job]-}: ${1//[[:cntrl:]]/ }"
  [[ -f ${rc_log_file} ]] || return 0
  if ((${#line} > rc_head_size)); then line="${line:0:rc_head_size-3}..."; fi
  at=$(grep -abom 1 "^relionc: job ${rc_job}, " -- "${rc_log_file}" 2>/dev/null)
  if [[ -z ${at} ]]; then
    printf '%-*s\n' "${rc_head_size}" "${line}" >&"${rc_log}"
  else
    printf '%-*s' "${rc_head_size}" "${line}" | dd "of=${rc_log_file}" bs=1 "seek=${at%%:*}" conv=notrunc 2>/dev/null
  fi
}
rc_head_size=240

# relionc_note EVENT ITERATION SENTENCE [ENDING STATUS]: the same, and a row of events.tsv.
relionc_note() {
  local sentence=${3//[[:cntrl:]]/ } more=''
  if [[ -n ${4-} ]]; then more=$'\t'$4$'\t'$5; fi
  relionc_tell "${sentence}"
  if [[ -n ${rc_locked} ]]; then
    printf '%(%s)T\t%s\t%s\t%s\t%s\t%s%s\n' -1 "${rc_job}" "${rc_restart}" "$1" "$2" "${sentence}" "${more}" \
      2>/dev/null >>"${rc_state}/events.tsv"
  fi
  return 0
}

# --- ending ----------------------------------------------------------------------------------------------------------------

# relionc_mark KIND: leaves exactly one of RELION's markers: success, failure, aborted; or none. 1: an old one cannot be removed.
relionc_mark() {
  local kind
  rm -f -- "${rc_state}/finished" "${output}/${rc_marker[success]}" "${output}/${rc_marker[failure]}" "${output}/${rc_marker[aborted]}" \
    "${output}/${rc_marker[abort]}" 2>/dev/null
  for kind in "${!rc_marker[@]}"; do
    if [[ -e ${output}/${rc_marker[${kind}]} ]] && ! rmdir -- "${output}/${rc_marker[${kind}]}" 2>/dev/null; then return 1; fi
  done
  if [[ -n ${1-} ]]; then : 2>/dev/null >"${output}/${rc_marker[$1]}"; fi
  return 0
}

# relionc_end ENDING [DETAIL]: says why the job ends, leaves the marker, cleans up, and ends the script. `relionc rule CODE` says
# more of an ending that has a code; a detail may bring its own.
relionc_end() {
  local name=$1 detail=${2-} status marker code say
  trap '' TERM INT USR1
  trap - EXIT ERR
  relionc_ending "${name}"
  if [[ ${name} = cancelled && -z ${SLURM_JOB_ID-} ]]; then status=130; fi
  say+=${detail:+: ${detail}}
  if [[ -n ${code} && ! ${say} =~ \(RL[0-9]+\) ]]; then say+=" (${code})"; fi
  if [[ -n ${rc_locked} ]] && relionc_owned; then
    if [[ -n ${marker} || ${name} = requeued ]]; then relionc_mark "${marker}"; fi
    if [[ ${name} = finished ]]; then echo "${plan[identity]}" >"${rc_state}/finished"; fi
    if [[ ${status} != 0 && -n ${rc_launched} ]]; then
      if [[ -z ${SLURM_JOB_ID-} ]]; then relionc_last_words; fi
      printf 'relionc: %s\n' "${say}" 2>/dev/null >>"${output}/run.err"
    fi
    relionc_note end "${rc_last:--}" "${say}" "${name}" "${status}"
    case ${name} in
      finished_before) relionc_project success ;;
      requeued) relionc_project scheduled ;;
      *) if [[ -n ${marker} ]]; then relionc_project "${marker}"; fi ;;
    esac
  else
    relionc_tell "${say}"
    if [[ ${name} = folder_gone ]]; then relionc_project failure; fi
  fi
  relionc_head "${name}, status ${status}: ${say}"
  if [[ -n ${rc_locked} ]] && relionc_owned; then
    : 2>/dev/null >"${rc_state}/lock/said"
    relionc_clear_nodes
  fi
  relionc_unlock
  exit "${status}"
}

# relionc_last_words: shows somebody who waits for the job the last lines of what RELION said.
relionc_last_words() {
  local line
  while IFS= read -r line; do relionc_tell "  ${output}/run.err: ${line:0:300}"; done < <(relionc_news | grep . | tail -n 10)
}

# The script ends without having said why: a line of the site's failed, or there is a mistake in this file.
relionc_left() {
  local status=$?
  set +eu
  if [[ ${rc_phase} = set_up ]]; then
    relionc_end set_up "\`${rc_line:-exit}\` gave ${status}"
  fi
  relionc_end failed "the script ended in an unexpected place, with ${status}"
}

# --- RELION's project ------------------------------------------------------------------------------------------------------

# relionc_project STATE: says in the table of the RELION project here what this job does: scheduled, running, success, failure or
# aborted. A job that runs and is not there (sbatch alone puts none there), or that submit.sh has just queued, gets its row, by the table
# that was built for it; RELION's lock is held meanwhile, and the table replaced whole.
relionc_project() (
  tables=${rc_project[table]} lock=${rc_project[lock_folder]} new=${rc_project[table]}.${rc_token} word='' said=''
  mine=${rc_build-}/${plan[job]-}/${rc_project[job_table]} edit=relionc_row may_add=''
  if [[ ($1 = running || ${rc_phase-} = submit) && -s ${mine} ]]; then may_add=yes; fi
  if ! [[ ${output} =~ ^[A-Za-z0-9_]+/job[0-9]+$ && -w ${tables} && -s ${tables} ]]; then return 0; fi
  for column in "${!rc_state_word[@]}"; do
    if [[ ${column##*.} = "$1" ]] && relionc_has_states "${column%.*}" "${tables}" "${mine}"; then
      word=${rc_state_word[${column}]} column=${column%.*}
      break
    fi
  done
  now=${word:+$(relionc_row "${column}" '' "${tables}")}
  if [[ -z ${word} || ${now} = "${word}" || (-z ${now} && -z ${may_add}) ]]; then return 0; fi
  trap '' TERM INT USR1 # what holds RELION's lock is not ended
  trap - EXIT ERR
  for ((i = 0; i < 50; i++)); do
    if mkdir -- "${lock}" 2>/dev/null; then break; fi
    sleep 0.2
  done
  if ((i == 50)); then
    relionc_tell "RELION's table of jobs does not say \`${word}\` of this one: ${lock} stays (remove it if no RELION runs here)"
    return 1
  fi
  : >"${lock}/${rc_project[lock_file]}"
  if [[ -n ${may_add} && -z $(relionc_row "${column}" '' "${tables}") ]]; then edit=relionc_with_row; fi
  if said=$("${edit}" "${column}" "${word}" "${tables}" "${mine}" 2>&1 >"${new}") &&
    (($(wc -l <"${new}") >= $(wc -l <"${tables}"))) && [[ -s ${new} ]] && chmod --reference="${tables}" -- "${new}"; then
    mv -f -- "${new}" "${tables}"
    : >"${rc_project[changed]}"
  else
    said=${said:-cannot write ${new}}
  fi
  rm -f -- "${new}" "${lock}/${rc_project[lock_file]}"
  rmdir -- "${lock}" 2>/dev/null
  if [[ -n ${said} && ${rc_phase-} =~ ^(begin|submit)$ ]]; then relionc_tell "RELION's table of jobs does not say \`${word}\` of this one: ${said}"; fi
  if [[ -z ${said} && ${edit} = relionc_with_row ]]; then relionc_project_files "${mine}" "${tables}"; fi
  return 0
)

# relionc_of_submit BUILD JOB FOLDER: what submit.sh, which no job runs around, sets for the functions here. It calls them in the project.
relionc_of_submit() {
  set +eu
  declare -gA plan # (bash 4.2 forgets values that stand here)
  plan[job]=$2
  rc_build=$1 output=$3 rc_phase=submit rc_token=$(uname -n).$$
  exec {rc_log}>&2
}

# relionc_number_taken: the job of the project that has the number of this one, which has not run here yet; nothing where it is free, or where this job goes
# on in the folder of that one.
relionc_number_taken() {
  local found
  if [[ -d ${output}/relionc || ! -s ${rc_project[table]} ]]; then return 0; fi
  # shellcheck disable=SC2016
  found=$(relionc_of_tables '' '' '
    END { for (i = 1; i <= rows[1, processes]; i++) if (number(value(1, processes, i, name)) == number(job)) { print value(1, processes, i, name); exit } }
  ' "${rc_project[table]}")
  if [[ ${found} = "${output}/" ]] && grep -qE "^${rc_project[continues]}[[:space:]]+1" -- "${rc_build}/${plan[job]}/${rc_project[job_file]}"; then return 0; fi
  echo "${found}"
}

# relionc_scheduled: says in the project that this job waits in the queue. 3: its row is new, and somebody works in the project, so that it
# is to be called again in some seconds: RELION lets go of its lock between reading and writing, and may write a table without the row.
# 1: RELION's lock stays.
relionc_scheduled() {
  local had before probe now
  before=$(stat -c %Y .) probe=$(mktemp ./.relionc.XXXXXXXX 2>/dev/null) now=$(stat -c %Y -- "${probe:-.}")
  rm -f -- "${probe}"
  had=$(relionc_row "${rc_project[name]}" '' "${rc_project[table]}" 2>/dev/null)
  relionc_project scheduled || return 1
  if [[ -n ${had} || -z $(relionc_row "${rc_project[name]}" '' "${rc_project[table]}" 2>/dev/null) ]]; then return 0; fi
  if ((now - before < 10)); then return 3; fi
}

# relionc_has_states COLUMN TABLE MINE: whether it is the column of states here: in the project's table, or while that has no job, in the job's.
relionc_has_states() {
  if grep -qE "^${rc_project[processes]}[[:space:]]*$" -- "$2"; then
    grep -qE "^$1[[:space:]]" -- "$2"
  else
    grep -qE "^$1[[:space:]]" -- "$3" 2>/dev/null
  fi
}

# relionc_row COLUMN WORD TABLE: the table with a word in a column of this job's row; without a word, what stands there.
relionc_row() {
  awk -v job="${output}/" -v processes="${rc_project[processes]}" -v name="$1" -v word="$2" '
    /^data_/ { inside = ($1 == processes); columns = 0; place = 0 }
    inside && $1 ~ /^_/ { columns++; if ($1 == name) place = columns }
    inside && place && $1 == job { if (word == "") print $place; else $place = word }
    word != "" { print }
  ' "$3"
}

# What reads the tables of RELION's pipelines, for awk: `files` counts them; of each, the columns and the cells of every table by its name.
# shellcheck disable=SC2016
rc_tables='
  function cells(line, into, n) {
    n = 0
    while (match(line, /"[^"]*"|[^ \t\r]+/)) { into[++n] = substr(line, RSTART, RLENGTH); line = substr(line, RSTART + RLENGTH) }
    return n
  }
  function number(folder) {
    if (folder !~ /^[A-Za-z0-9_]+\/job[0-9][0-9][0-9]+\/$/) return -1
    sub(/^.*\/job/, "", folder)
    return folder + 0
  }
  function value(file, kind, row, label) { return (file, kind, label) in place ? cell[file, kind, row, place[file, kind, label]] : "" }
  FNR == 1 { files++; kind = ""; lines = 0 }
  {
    text[files, ++lines] = $0
    many = cells($0, words)
    if (many == 2 && words[1] == counter && words[2] ~ /^[0-9]+$/) { count[files] = words[2]; counts[files, lines] = 1 }
    if (many && words[1] ~ /^data_/) { kind = words[1]; looped = 0; next }
    if (kind == "") next
    if (rows[files, kind] && (!many || words[1] ~ /^[#_]/)) { kind = ""; next }
    if (many && words[1] == "loop_") looped = 1
    else if (many && looped && words[1] ~ /^_/) {
      column[files, kind, ++columns[files, kind]] = words[1]
      place[files, kind, words[1]] = columns[files, kind]
      last[files, kind] = lines
    } else if (many && looped && columns[files, kind] && words[1] !~ /^#/) {
      rows[files, kind]++
      for (i = 1; i <= many; i++) cell[files, kind, rows[files, kind], i] = words[i]
      last[files, kind] = lines
    }
  }
'

# relionc_of_tables COLUMN WORD PROGRAM FILE…: awk with that, and with the names of tables and columns.
relionc_of_tables() {
  local key known=()
  for key in "${!rc_project[@]}"; do known+=(-v "${key}=${rc_project[${key}]}"); done
  LC_ALL=C awk "${known[@]}" -v job="${output}/" -v state="$1" -v word="$2" "${rc_tables}$3" "${@:4}"
}

# relionc_with_row COLUMN WORD TABLE MINE: the project's table with what this job's own has: its row, its files, which belongs to which. Or
# says why it is not put in.
# shellcheck disable=SC2016
relionc_with_row() {
  relionc_of_tables "$1" "$2" '
    function refuse(why) { print why >"/dev/stderr"; refused = 1; exit 1 }
    function folder_of(path) { return match(path, /^[A-Za-z0-9_]+\/[^\/]+\//) ? substr(path, 1, RLENGTH) : "" }
    function really(path, folder) { # with the folder of a job in place of its alias, as RELION has it
      folder = folder_of(path)
      return folder in real ? real[folder] substr(path, length(folder) + 1) : path
    }
    function add(kind, from, i, line, label) { # what is in `row` as a line of a table; one that is not there is made
      if (!columns[2, kind]) made[kind] = 1
      from = kind in made ? 1 : 2
      line = ""
      for (i = 1; i <= columns[from, kind]; i++) {
        label = column[from, kind, i]
        line = line sprintf("%10s ", label in row ? row[label] : label in others ? others[label] : no_alias)
      }
      added[kind] = added[kind] line "\n"
    }
    function add_pair(kind, process, node, path, folder) {
      if ((kind, folder, path) in there) return
      there[kind, folder, path] = 1
      split("", row)
      row[process] = folder; row[node] = path
      if (!columns[1, kind]) { columns[1, kind] = 2; column[1, kind, 1] = kind == inputs ? node : process; column[1, kind, 2] = kind == inputs ? process : node }
      add(kind)
    }
    function remember(kind, process, node, i) {
      for (i = 1; i <= rows[2, kind]; i++) there[kind, value(2, kind, i, process), value(2, kind, i, node)] = 1
    }
    function take(kind, i, label) { # a row of this job
      split("", row)
      for (label = 1; label <= columns[1, kind]; label++) row[column[1, kind, label]] = cell[1, kind, i, label]
    }
    END {
      if (refused) exit 1
      if (value(1, processes, 1, name) != job) refuse("its " job_table " is one of another job")
      if (!((1, processes, state) in place)) refuse("the project is one of another version of RELION")
      split(more, pairs, " ")
      for (i = 1; i in pairs; i += 2) others[pairs[i]] = pairs[i + 1]
      for (i = 1; i <= rows[2, processes]; i++) {
        known = value(2, processes, i, name)
        if (number(known) == number(job)) refuse("the project has " known " already")
        is_job[known] = 1
        if (value(2, processes, i, alias) != no_alias) real[value(2, processes, i, alias)] = known
      }
      take(processes, 1)
      row[state] = word
      if (row[alias] in real) row[alias] = no_alias
      add(processes)

      for (i = 1; i <= rows[2, nodes]; i++) is_node[value(2, nodes, i, node)] = 1
      for (j = 1; j <= rows[1, nodes]; j++) {
        take(nodes, j)
        row[node] = really(row[node])
        if (!(row[node] in is_node)) { is_node[row[node]] = 1; add(nodes) }
      }

      remember(inputs, input_process, input_node)
      remember(outputs, output_process, output_node)
      for (i = 1; i <= rows[2, outputs]; i++) owned[value(2, outputs, i, output_node)] = 1
      for (j = 1; j <= rows[1, inputs]; j++) add_pair(inputs, input_process, input_node, really(value(1, inputs, j, input_node)), job)
      for (j = 1; j <= rows[1, outputs]; j++) add_pair(outputs, output_process, output_node, value(1, outputs, j, output_node), job)
      for (j = 1; j <= rows[1, inputs]; j++) { # what it reads of another job belongs to that one
        path = really(value(1, inputs, j, input_node))
        if (folder_of(path) in is_job && !(path in owned)) add_pair(outputs, output_process, output_node, path, folder_of(path))
      }

      split(processes " " nodes " " inputs " " outputs, kinds, " ")
      for (line = 1; line <= lines; line++) {
        if ((2, line) in counts && count[2] + 0 < count[1] + 0) printf "%-30s %15d\n", counter, count[1]
        else print text[2, line]
        for (i = 1; i <= 4; i++) if (columns[2, kinds[i]] && last[2, kinds[i]] == line) printf "%s", added[kinds[i]]
      }
      for (i = 1; i <= 4; i++) if (kinds[i] in made) {
        printf "\n\n# version %s\n\n%s\n\nloop_ \n", version, kinds[i]
        for (j = 1; j <= columns[1, kinds[i]]; j++) print column[1, kinds[i], j] " #" j " "
        printf "%s \n", added[kinds[i]]
      }
    }
  ' "$4" "$3"
}

# relionc_job_file: puts RELION's job file of a point into its folder: that of all points of its table, with its values.
relionc_job_file() {
  local file text name
  for file in "${rc_build}/${plan[points]}"/{"${rc_project[job_file]}",run.job}; do
    if [[ -r ${file} ]]; then
      text=$(<"${file}")
      for name in "${!of_@}"; do text=${text//"\${${name}}"/${!name}}; done
      printf '%s\n' "${text}" 2>/dev/null >"${output}/${file##*/}"
    fi
  done
}

# relionc_project_files MINE TABLE: puts into the job's folder what RELION has there, and makes its alias, and the empty files by which RELION's
# window offers what the job makes. A name that is taken stays what it is.
# shellcheck disable=SC2016
relionc_project_files() {
  local LC_ALL=C built=${1%/*} kind path
  cp -f -- "${built}/${rc_project[job_file]}" "$1" "${output}/" 2>/dev/null
  if [[ ${rc_phase-} =~ ^(begin|submit)$ ]]; then
    { printf ' ++++ Executing new job on %(%a %b %e %T %Y)T\n ++++ with the following command(s): \n' -1 &&
      cat -- "${built}/commands.txt" && printf ' ++++ \n'; } 2>/dev/null >>"${output}/${rc_project[note]}"
  fi
  while read -r kind path; do
    if [[ ${path} = /* || /${path}/ = */../* ]]; then continue; fi
    if [[ ${kind} = alias ]]; then
      ln -sT -- "../${output}/" "${path%/}"
    elif path=${rc_project[offered]}/${kind}/${path} && mkdir -p -- "${path%/*}" && [[ ! -e ${path} && ! -L ${path} ]]; then
      : >"${path}"
    fi 2>/dev/null
  done < <(relionc_of_tables '' '' '
    END {
      to = value(1, processes, 1, alias)
      for (i = 1; i <= rows[2, processes]; i++) if (value(2, processes, i, alias) == to && value(2, processes, i, name) != job) to = job
      if (to != job && to ~ /^[A-Za-z0-9_]+\/[^\/]+\/$/) print "alias", to; else to = job
      for (i = 1; i <= rows[1, nodes]; i++) {
        path = value(1, nodes, i, node)
        if (index(path, job) == 1) path = to substr(path, length(job) + 1)
        split(value(1, nodes, i, node_type) value(1, nodes, i, node_label), kinds, ".")
        if (kinds[1] != "") print kinds[1], path
      }
    }
  ' "$1" "$2")
}

# --- one folder, one job ---------------------------------------------------------------------------------------------------

# relionc_began PID: when a process of this machine began, in the kernel's ticks; nothing if there is none.
relionc_began() {
  local line
  read -r line 2>/dev/null <"/proc/$1/stat" || return 0
  # shellcheck disable=SC2086 # these are words
  set -- ${line##*) }
  echo "${20}"
}

# relionc_alive OWNER RESTART HOST PID BEGAN: whether a lock's owner may still write.
relionc_alive() {
  local owner=$1 restart=$2 host=$3 pid=$4 began=$5 said
  if [[ ${owner} = "${rc_job}" && ${restart} =~ ^[0-9]+$ && ${restart} -lt ${rc_restart} ]]; then
    return 1 # an earlier start of this job: Slurm has begun it again
  fi
  if [[ ${owner} = "${rc_job}" || ${owner} = local-* ]]; then
    [[ ${host} != "${rc_host}" || $(relionc_began "${pid}") = "${began}" ]]
    return
  fi
  if ! said=$(squeue -h -j "${owner}" -o %T 2>&1); then
    if grep -qE "${rc_word[unknown_job]}" <<<"${said}"; then return 1; fi
    return 0 # Slurm does not answer: nobody knows
  fi
  said=$(grep -vE '^PENDING$' <<<"${said}")
  [[ -n ${said} ]]
}

relionc_owned() { [[ $(cat "${rc_state}/lock/token" 2>/dev/null) = "${rc_token}" ]]; }

# relionc_lost: whether somebody else has the folder now, or nobody for ten looks: a file server may fail for a moment.
relionc_lost() {
  if relionc_owned; then
    rc_unseen=0
    return 1
  fi
  rc_unseen=$((rc_unseen + 1))
  [[ -s ${rc_state}/lock/token ]] || ((rc_unseen > 10))
}

# relionc_lock: takes the folder; 1: somebody else has it, rc_owner says who. The lock is a folder that is put in place whole,
# by a rename, which fails where one is. That of a dead owner is renamed to a name made of its token, so that only one of
# those who see it dead can take it away, and none can take away the lock that comes next. What is judged is read at once:
# from one file, or it could be the owner of one lock and the token of the next.
relionc_lock() {
  local mine="${rc_state}/lock.${rc_token}" i token restart host pid began
  mkdir -- "${mine}" && echo "${rc_job}" >"${mine}/owner" && echo "${rc_token}" >"${mine}/token" &&
    echo "${rc_job} ${rc_token} ${rc_restart} ${rc_host} $$ $(relionc_began $$)" >"${mine}/process" || return 1
  for ((i = 0; i < 300; i++)); do
    if mv -T -- "${mine}" "${rc_state}/lock" 2>/dev/null; then
      rc_locked=1
      return 0
    fi
    began=''
    read -r rc_owner token restart host pid began 2>/dev/null <"${rc_state}/lock/process"
    if [[ -z ${began} ]]; then
      sleep 0.1
    elif relionc_alive "${rc_owner}" "${restart}" "${host}" "${pid}" "${began}"; then
      if [[ $(squeue -h -j "${rc_owner}" -o %T 2>/dev/null) != COMPLETING ]]; then break; fi
      sleep 1
    elif mv -T -- "${rc_state}/lock" "${rc_state}/dead.${token}" 2>/dev/null; then
      rc_took="job ${rc_owner}'s, which is gone"
    fi
  done
  rm -rf -- "${mine}"
  return 1
}

relionc_unlock() {
  if [[ -n ${rc_locked} ]] && relionc_owned && mv -T -- "${rc_state}/lock" "${rc_state}/gone.${rc_token}"; then
    rm -rf -- "${rc_state}/gone.${rc_token}"
    find "${rc_state}" -maxdepth 1 -name 'dead.*' -mmin +1440 -exec rm -rf -- {} + 2>/dev/null
  fi
  rc_locked=''
}

# --- what lies in the folder -------------------------------------------------------------------------------------------------

# relionc_optimisers: the files that name an iteration, newest first.
relionc_optimisers() { compgen -G "${plan[root]:-/nowhere/}${rc_iteration[optimiser]}" | sort -r; }

relionc_number() { # FILE: the number of the iteration in its name
  local number=${1##*_it}
  number=${number%%_*}
  [[ ${number} =~ ^[0-9]+$ ]] && echo $((10#${number}))
}

# relionc_holds_run: whether anything of a run lies in the folder.
relionc_holds_run() {
  local file
  for file in "${results[@]}" "${output}/${rc_marker[success]}" "${output}/${rc_marker[failure]}" "${output}/${rc_marker[aborted]}"; do
    if [[ -e ${file} ]]; then return 0; fi
  done
  [[ -n $(relionc_optimisers) ]]
}

relionc_has_results() { # or says what is wrong with which one
  local file
  if [[ ${plan[resume]-} != iterations ]]; then return 0; fi
  for file in "${results[@]}"; do
    if [[ ! -s ${file} ]]; then
      echo "${file} is not there"
      return 1
    fi
    case ${file} in
      *.mrc) relionc_map_is_whole "${file}" ;;
      *"${rc_iteration[optimiser]#*]*]*]}") relionc_whole "${file}" ;;
    esac
    if (($? == 1)); then
      echo "${file} is not whole"
      return 1
    fi
  done
}

# relionc_aside NAME [FILE…]: moves files, or all but RELION's job files and our own, into a folder below relionc/.
relionc_aside() {
  local place="${rc_state}/$1.${rc_job}" i=1
  shift
  while [[ -e ${place}.${i} ]]; do ((i++)); done
  mkdir -p -- "${place}.${i}" || return 1
  if (($#)); then
    mv -- "$@" "${place}.${i}/"
  else
    find "${output}/" -mindepth 1 -maxdepth 1 ! -name relionc ! -name '*job.*' ! -name '*pipeline.star' ! -name note.txt \
      -exec mv -t "${place}.${i}" -- {} +
  fi || return 1
  rc_aside="${place}.${i}"
}

# relionc_folder: may this job write here? It ends the script if not; else the folder is this run's, without stale markers.
relionc_folder() {
  local before
  before=$(compgen -G "${rc_state}/run.*" | head -n 1)
  before=${before##*/run.}
  if [[ ${before} = "${plan[identity]}" ]]; then
    if [[ -s ${rc_state}/finished && -e ${output}/${rc_marker[success]} ]] && relionc_has_results >/dev/null; then relionc_end finished_before; fi
    rc_again=1
  elif relionc_holds_run; then
    case ${plan[overwrite]-} in
      continue) ;;
      yes)
        relionc_aside old || relionc_end not_ours "and it could not be moved aside"
        relionc_note warn - "the run that was in ${output}/ lies in ${rc_aside}/ now"
        ;;
      *)
        relionc_end not_ours "${output}/ was made by other options; \`overwrite: yes\` in the spec moves it aside, another \`output:\` leaves it alone"
        ;;
    esac
  fi
  relionc_mark
  if [[ -z ${rc_again} ]]; then
    rm -f -- "${rc_state}"/run.* && : >"${rc_state}/run.${plan[identity]}"
  fi
}

# --- iterations -----------------------------------------------------------------------------------------------------------

# relionc_column NAME FILE: the values of a column of a STAR file's table, or of a list of names and values.
relionc_column() {
  awk -v name="$1" '
    { sub(/\r$/, "") }
    $1 == "loop_" { inside = 1; column = 0; count = 0; next }
    /^data_/ { inside = 0; column = 0 }
    $1 ~ /^_/ && inside { if (rows) { inside = 0 } else { count++; if ($1 ~ name) column = count; next } }
    $1 ~ name && !inside && NF > 1 { print $2; next }
    inside && NF == 0 { if (column && rows) exit; next }
    inside && column && NF { rows = 1; print $column }
  ' <"$2" # not as a word: awk takes one with `=` for a variable
}

# relionc_map_is_whole FILE: whether an MRC file is as long as its header says; 2: it does not begin as one.
relionc_map_is_whole() {
  local nx ny nz mode more size bytes
  read -r nx ny nz mode < <(od -An -td4 -N16 -- "$1" 2>/dev/null)
  more=$(od -An -td4 -j92 -N4 -- "$1" 2>/dev/null)
  case ${mode} in 0 | 101) bytes=1 ;; 1 | 6 | 12) bytes=2 ;; 2 | 3) bytes=4 ;; 4) bytes=8 ;; *) return 2 ;; esac
  size=$(stat -L -c %s -- "$1" 2>/dev/null)
  ((size >= 1024 + ${more:-0} + nx * ny * nz * bytes))
}

# relionc_whole OPTIMISER: whether every file of an iteration is there and complete. The optimiser is written first.
relionc_whole() {
  local file map first maps=0
  [[ -s $1 ]] || return 1
  while read -r file; do
    [[ ${file} = None ]] && continue
    [[ -s ${file} ]] || return 1
    case ${file} in
      *"${rc_iteration[data]}")
        first=$(compgen -G "${plan[root]}_it[0-9]*${rc_iteration[data]}" | sort | head -n 1)
        [[ $(grep -c @ "${file}") -eq $(grep -c @ "${first:-${file}}") ]] || return 1
        ;;
      *"${rc_iteration[model]}")
        while read -r map; do
          relionc_map_is_whole "${map#*@}" || return 1
          maps=1
        done < <(relionc_column "${rc_iteration[maps]}" "${file}" | sed 's/^[0-9]*@//' | sort -u)
        ((maps)) || return 1
        ;;
    esac
  done < <(relionc_column "${rc_iteration[names]}" "$1")
}

# relionc_newest: the optimiser of the newest whole iteration; nothing before the first. What a continued run began with is no
# iteration of its own.
relionc_newest() {
  local file
  while read -r file; do
    if [[ $(relionc_number "${file}") -eq 0 ]]; then continue; fi
    if [[ ${plan[overwrite]-} = continue && ! ${file} -nt ${rc_state}/run.${plan[identity]} ]]; then continue; fi
    if relionc_whole "${file}"; then
      echo "${file}"
      return
    fi
  done < <(relionc_optimisers)
}

# relionc_torn FROM: moves what is newer than iteration FROM aside: it was never finished, and must not mix with what comes.
relionc_torn() {
  local file number torn=()
  while read -r file; do
    number=$(relionc_number "${file}")
    if [[ -n ${number} && ${number} -gt $1 ]]; then torn+=("${file}"); fi
  done < <(compgen -G "${plan[root]}_it[0-9][0-9][0-9]*")
  if ((${#torn[@]})); then relionc_aside torn "${torn[@]}"; fi
  return 0
}

# relionc_choose: sets rc_how to `new` or `resume`, and `from` to the optimiser to go on from.
relionc_choose() {
  rc_how=new from='' rc_from=0
  declare -F resume >/dev/null || return 0
  case ${plan[resume]-} in
    iterations)
      from=$(relionc_newest)
      if [[ -n ${from} ]]; then
        rc_how=resume
        rc_from=$(relionc_number "${from}")
      fi
      if [[ -n ${rc_again} && (-n ${from} || ${plan[overwrite]-} != continue) ]]; then relionc_torn "${rc_from}"; fi
      ;;
    unfinished) if [[ -n ${rc_again} ]]; then
      relionc_half_files
      rc_how=resume
    fi ;;
  esac
}

# relionc_half_files: removes what a killed rank may have left half written, since RELION takes any file for done: empty files,
# and of those written last, maps that are too short, and tables.
relionc_half_files() {
  local newest file
  newest=$(find "${output}/" -path "${rc_state}" -prune -o -type f -printf '%T@\n' 2>/dev/null | sort -n | tail -n 1)
  newest=${newest%.*}
  [[ -n ${newest} ]] || return 0
  while IFS= read -r -d '' file; do
    case ${file} in
      *.mrc | *.mrcs) relionc_map_is_whole "${file}" && continue ;;
      *.star) ;;
      *) [[ -s ${file} ]] && continue ;;
    esac
    rm -f -- "${file}"
  done < <(find "${output}/" -path "${rc_state}" -prune -o -mindepth 2 -type f \
    \( -newermt "@$((newest - 60))" -o -size 0 \) -print0 2>/dev/null)
}

# --- steps beside RELION's ---------------------------------------------------------------------------------------------------

# relionc_on_nodes SECONDS WORD…: runs a command once on every node, beside a step if need be. Without a queue: here.
# A hostfile or the shape of the job's tasks must not reach it: from Slurm 24.11 on, srun refuses both together.
relionc_on_nodes() {
  local seconds=$1 group status=0
  shift
  if [[ -z ${SLURM_JOB_ID-} ]]; then
    timeout "${seconds}" "$@"
    return
  fi
  for group in $(relionc_groups); do
    relionc_on_group "${group}" timeout "${seconds}" -- "$@" || status=$?
  done
  return "${status}"
}

# relionc_groups: the numbers of a hetjob's groups of nodes; `-` of a job that has none.
relionc_groups() {
  local group
  if ((${SLURM_HET_SIZE:-0} < 2)); then echo -; fi
  for ((group = 0; ${SLURM_HET_SIZE:-0} > 1 && group < SLURM_HET_SIZE; group++)); do echo "${group}"; done
}

# relionc_on_group GROUP [WORD…] -- WORD…: runs a command once on every node of a group; the first words stand before srun.
relionc_on_group() {
  local name group=$1 nodes=${SLURM_JOB_NUM_NODES} step=()
  shift
  while [[ $1 != -- ]]; do
    step+=("$1")
    shift
  done
  shift
  step+=(srun)
  if [[ ${group} != - ]]; then
    name=SLURM_JOB_NUM_NODES_HET_GROUP_${group}
    nodes=${!name:-1}
    step+=("--het-group=${group}")
  fi
  if [[ -n ${rc_beside} ]]; then step+=(--overlap --mem=0 --gres=none); fi
  (
    for name in ${!SLURM_*} ${!SRUN_*}; do
      case ${name} in
        SLURM_HOSTFILE | SLURM_DISTRIBUTION | SLURM_*TASK* | SLURM_NPROCS | SRUN_* | SLURM_CPU_BIND* | SLURM_*GPU*BIND*) unset "${name}" ;;
      esac
    done
    exec "${step[@]}" --mpi=none -N "${nodes}" -n "${nodes}" --ntasks-per-node=1 -c 1 --kill-on-bad-exit=0 "$@" </dev/null
  )
}

# relionc_within SECONDS WORD…: runs a command, or a function that starts ranks, and ends it when it takes longer; then 124.
relionc_within() {
  local seconds=$1 pid i
  shift
  set -m
  (
    set +m
    "$@"
  ) &
  pid=$!
  set +m
  for ((i = 0; i < seconds * 5; i++)); do
    if ! kill -0 "${pid}" 2>/dev/null; then break; fi
    if ((i < 10)); then sleep 0.05; else sleep 0.2; fi
  done
  if kill -0 "${pid}" 2>/dev/null; then
    relionc_end_steps
    relionc_end_group "${pid}"
    wait "${pid}" 2>/dev/null
    return 124
  fi
  wait "${pid}"
}

# --- who stays on the nodes ------------------------------------------------------------------------------------------------------

# relionc_stay: runs on a node for as long as the run does, and then ends what is left of it there and clears the scratch. It has to
# be there before: when Slurm ends a job it starts no more steps in it. Slurm's SIGTERM says that the run is over; so does the
# lock of the output folder, which has another token or none then: what a killed slurmd has left is told by nobody else.
# Where the script of the job was killed, too, it is only from here that RELION's mark can come.
relionc_stay() {
  local over='' gone=0 i
  trap 'over=1' TERM INT HUP
  while [[ -z ${over} ]] && ((gone < 3)); do
    for ((i = 0; i < 10; i++)); do
      if [[ -n ${over} ]]; then break; fi
      sleep 1 &
      wait $!
    done
    if [[ $(cat "${rc_cwd}/${output}/relionc/lock/token" 2>/dev/null) = "${rc_token}" ]]; then gone=0; else gone=$((gone + 1)); fi
  done
  relionc_ranks | cut -f 1 | xargs -r kill -KILL 2>/dev/null
  relionc_clear
  for ((i = 0; i < 10; i++)); do # Slurm's KillWait may be a few seconds
    if relionc_said "${rc_cwd}/${output}"; then return; fi
    sleep 0.2
  done
  : 2>/dev/null >"${rc_cwd}/${output}/${rc_marker[failure]}"
}

# relionc_said FOLDER: whether the end of this start has been said there: by a mark, by the script, or by who has the folder now.
relionc_said() {
  local kind
  for kind in success failure aborted; do
    if [[ -e $1/${rc_marker[${kind}]} ]]; then return 0; fi
  done
  [[ -e $1/relionc/lock/said || $(cat "$1/relionc/lock/token" 2>/dev/null) != "${rc_token}" ]]
}

# relionc_clear: removes what RELION has copied to this node, and the folder if it was made for that.
relionc_clear() {
  if [[ -z ${plan[scratch]-} ]]; then return; fi
  rm -rf -- "${plan[scratch]}/relion_volatile"
  if [[ -e ${plan[scratch]}/.made-by-relionc ]]; then
    rm -f -- "${plan[scratch]}/.made-by-relionc"
    rmdir -- "${plan[scratch]}" 2>/dev/null
  fi
  return 0
}

# relionc_post: starts one of them on every node of a job that has several, or copies to scratch.
relionc_post() {
  local group
  rc_posted=()
  if [[ -z ${SLURM_JOB_ID-} || (-z ${plan[scratch]-} && ${rc_nodes} -lt 2) ]]; then return; fi
  set -m
  for group in $(relionc_groups); do
    (
      set +m
      trap - TERM INT USR1
      rc_beside=1
      relionc_on_group "${group}" -- --job-name=relionc_stay bash -c "$(declare -p plan output rc_cwd rc_token rc_marker)
        $(declare -f relionc_stay relionc_ranks relionc_clear relionc_said); relionc_stay"
    ) >/dev/null 2>&1 &
    rc_posted+=($!)
    disown "$!"  # else bash tells the log when one has to be killed
  done
  set +m
  # In Slurm 20.11 a step waits for those beside it unless it may overlap, too; from 22.05 on it need not say so.
  if [[ $(srun --version 2>/dev/null) = *" "2[01].* ]]; then export SLURM_OVERLAP=1; fi
}

# relionc_post_again: where one of them has been ended with the ranks (`scancel -s KILL`), all are started anew.
relionc_post_again() {
  local pid
  for pid in ${rc_posted[@]+"${rc_posted[@]}"}; do
    if kill -0 "${pid}" 2>/dev/null; then continue; fi
    kill -KILL -- "${rc_posted[@]/#/-}" 2>/dev/null
    relionc_post
    return
  done
}

# relionc_clear_nodes: has the nodes cleared at the end. Where Slurm takes them away, it has told those who stay there itself.
relionc_clear_nodes() {
  local pid i left=''
  if [[ -z ${rc_launched} ]]; then return; fi
  if [[ -z ${SLURM_JOB_ID-} ]]; then relionc_clear; fi
  if [[ -z ${SLURM_JOB_ID-} || ${rc_cause} = term ]]; then return; fi
  for pid in ${rc_posted[@]+"${rc_posted[@]}"}; do kill -TERM -- "-${pid}" 2>/dev/null || left=1; done
  for pid in ${rc_posted[@]+"${rc_posted[@]}"}; do
    for ((i = 0; i < 50; i++)); do
      if ! kill -0 "${pid}" 2>/dev/null; then break; fi
      sleep 0.2
    done
    kill -KILL -- "-${pid}" 2>/dev/null && left=1
  done
  if [[ -n ${plan[scratch]-} && (-n ${left} || -z ${rc_posted[*]-}) ]]; then
    relionc_on_nodes 30 bash -c "$(declare -p plan); $(declare -f relionc_clear); relionc_clear" >/dev/null 2>&1
  fi
}

# --- before RELION: is everything there? ---------------------------------------------------------------------------------------

# relionc_look: runs on a node and prints a line for each thing that is not as planned: BAD or WARN, the node, a sentence.
relionc_look() {
  local file program libraries seen free said node=${SLURMD_NODENAME:-$(uname -n)}
  bad() { printf 'BAD\t%s\t%s\n' "${node}" "$1"; }
  warn() { printf 'WARN\t%s\t%s\n' "${node}" "$1"; }
  relionc_orphans
  if [[ ${PWD} != "${rc_cwd}" ]] && ! cd -- "${rc_cwd}" 2>/dev/null; then
    bad "the project folder ${rc_cwd} is not there; mount it"
    return
  fi
  for file in "${inputs[@]}"; do
    [[ -r ${file} ]] || bad "cannot read ${file} (in ${PWD}) (RL150)"
  done
  file="${output}/relionc/probe.${node}.$$"
  said=$({ echo probe >"${file}"; } 2>&1) || bad "cannot write to ${output}/${said:+ (${said##*: })}"
  rm -f -- "${file}" 2>/dev/null
  if [[ ${node} != "${rc_leader_alone}" ]]; then relionc_look_at_memory; fi
  if [[ -n ${plan[scratch]-} && ${node} != "${rc_leader_alone}" ]]; then # the leader of a hetjob copies nothing
    if [[ ! -d ${plan[scratch]} ]]; then mkdir -p -- "${plan[scratch]}" 2>/dev/null && : 2>/dev/null >"${plan[scratch]}/.made-by-relionc"; fi
    if ! : 2>/dev/null >"${plan[scratch]}/relionc.$$"; then
      bad "cannot write to the scratch folder ${plan[scratch]} (RL502)"
    else
      rm -rf -- "${plan[scratch]}/relionc.$$" "${plan[scratch]}/relion_volatile"
      free=$(df -Pk -- "${plan[scratch]}" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }')
      if ((${free:-0} < ${plan[scratch_mib]:-1})); then
        bad "the scratch folder ${plan[scratch]} has ${free:-0} MiB free, and RELION wants ${plan[scratch_mib]:-1} MiB there (with what it keeps free); clear it, or leave the node out (RL502)"
      elif ((${free:-0} < ${plan[scratch_gib]:-0} * 1024)); then
        warn "the scratch folder ${plan[scratch]} has $((${free:-0} / 1024)) GiB free of ${plan[scratch_gib]} GiB planned"
      fi
    fi
  fi
  if ((${plan[gpus]:-0})); then
    seen=${CUDA_VISIBLE_DEVICES-${ROCR_VISIBLE_DEVICES-${GPU_DEVICE_ORDINAL-}}}
    seen=${seen:+$(tr , '\n' <<<"${seen}" | grep -c .)}
    seen=${seen:-${SLURM_GPUS_ON_NODE:-}}
    if [[ -n ${SLURM_JOB_ID-} && ${node} != "${rc_leader_alone}" ]] && ((${seen:-0} < plan[gpus])); then
      bad "planned for ${plan[gpus]} GPUs, but ${seen:-none} can be seen; ask for them (--gres) (RL303)"
    fi
  fi
  relionc_look_at_program
  relionc_look_at_python
}

# relionc_look_at_memory: has the node what the models of the plan say that its ranks take? bad and warn are the caller's.
relionc_look_at_memory() {
  local total free need=${plan[memory_mib]:-0}
  total=$(awk '/^MemTotal:/ { print int($2 / 1024) }' "${RELIONC_MEMINFO:-/proc/meminfo}" 2>/dev/null)
  free=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' "${RELIONC_MEMINFO:-/proc/meminfo}" 2>/dev/null)
  if ((need && ${total:-need} < need)); then
    bad "the ranks need ${need} MiB, but the node has ${total} MiB; put fewer ranks on a node (RL402)"
  elif ((need && ${free:-need} < need)); then
    warn "the ranks need ${need} MiB, and ${free} MiB of ${total} are free: something else takes the rest"
  fi
  if [[ -z ${SLURM_JOB_ID-} ]] && ((${plan[cpus]:-0} > $(nproc))); then
    warn "planned for ${plan[cpus]} CPUs, and there are $(nproc)"
  fi
}

# relionc_look_at_python: what the commands call of Python, and where its models are.
relionc_look_at_python() {
  local program word
  if [[ -z ${rc_python} || ${#wrapper[@]} -gt 0 ]]; then return; fi
  for word in ${rc_python}; do
    program=${word#!}
    if command -v "${program}" >/dev/null; then continue; fi
    if [[ ${word} = !* ]]; then bad "there is no program ${program} on PATH, which RELION calls (RL610)"; else warn "there is no program ${program} on PATH"; fi
  done
  if [[ -n ${TORCH_HOME-} && ! -r ${TORCH_HOME}/. ]]; then
    bad "TORCH_HOME is ${TORCH_HOME}, which cannot be read; mount it, or correct \`environment:\` of the cluster profile"
  fi
}

# relionc_pythons: the programs of Python that a job's commands name, and, with `!`, those that one of its options calls.
relionc_pythons() {
  local text name
  text=$(declare -f new)
  for name in "${!rc_python_of[@]}"; do
    if grep -qE -e "(^|[[:space:]])${name}([[:space:]]|$)" <<<"${text}"; then echo "!${rc_python_of[${name}]}"; fi
  done
  grep -oE 'relion_python_[a-z_]+' <<<"${text}" | sort -u
}

# relionc_look_at_program: is the program there, of the right version, linked with what it needs? bad and warn are the caller's.
relionc_look_at_program() {
  local first=${wrapper[0]:-${plan[program]}} program libraries said
  if ! program=$(command -v "${first}"); then
    bad "there is no program ${first} on PATH; load the module of RELION ${plan[relion]} (\`modules\` of the cluster profile) (RL610)"
    return
  fi
  case ${plan[program]} in relion_*) ;; *) return ;; esac
  if ((${#wrapper[@]} == 0)); then
    libraries=$(ldd "$(readlink -f "${program}")" 2>/dev/null)
    if [[ ${libraries} = *'not found'* ]]; then
      bad "${program} lacks $(awk '/not found/ { printf "%s%s", sep, $1; sep = ", " }' <<<"${libraries}"); load what it was built with"
    elif [[ ${libraries} = *libc.so* ]]; then
      if ((${plan[ranks]:-1} > 1)) && [[ ${plan[program]} = *_mpi && ${libraries} != *libmpi* ]]; then
        bad "${program} is not linked with MPI, so its ${plan[ranks]} ranks would each do everything; use a RELION built with MPI"
      fi
      if ((${plan[gpus]:-0})) && [[ ${plan[program]} != relion_python* ]] && ! grep -qE 'libcu|libamdhip|libhip|libsycl|libOpenCL' <<<"${libraries}"; then
        warn "${rc_warning_says[no_gpu]}"
      fi
    fi
  fi
  if [[ -z ${plan[relion]-} || ${plan[program]} = relion_python* ]]; then return; fi
  said=$(timeout 20 "${wrapper[@]}" "${plan[program]%_mpi}" --version 2>&1 </dev/null | grep -oiE 'version:? *[0-9]+\.[0-9]+' | grep -oE '[0-9.]+$' | head -n 1)
  if [[ -n ${said} && ${said} != "${plan[relion]}" && ${said} != "${plan[relion]}".* ]]; then
    bad "${plan[program]} is RELION ${said}, and the job was built for ${plan[relion]}; load that one, or set \`relion: \"${said}\"\` in the spec (RL610)"
  fi
}

# relionc_orphans: ends processes of an earlier start of a job in this folder, which a killed slurmd may leave behind.
relionc_orphans() {
  local file pid run word
  while read -r file; do
    pid=${file#/proc/} pid=${pid%/environ}
    # Read once and believed only where it says another start: what is about to end, or to become another program, has none.
    run=''
    while IFS= read -r -d '' word; do # by bash alone: there may be as many of them as ranks
      if [[ ${word} = RELIONC_RUN=* ]]; then
        run=${word#*=}
        break
      fi
    done 2>/dev/null <"${file}"
    if [[ -z ${run} || ${run} = "${rc_token}" ]]; then continue; fi
    if grep -qzsF relionc_stay "/proc/${pid}/cmdline"; then
      kill -TERM "${pid}" 2>/dev/null # it clears the node itself
    else
      kill -KILL "${pid}" 2>/dev/null && printf 'WARN\t%s\t%s\n' "${SLURMD_NODENAME:-$(uname -n)}" "ended process ${pid}, which an earlier start of this job had left"
    fi
  done < <(grep -lzsxF -- "RELIONC_OUTPUT=${rc_cwd}/${output}" /proc/[0-9]*/environ 2>/dev/null)
}

# relionc_allocation: Slurm gave the nodes, CPUs and memory of the plan; prints what is not so.
relionc_allocation() {
  local group name cpus=0 most=0 of_node memory
  [[ -n ${SLURM_JOB_ID-} ]] || return 0
  if [[ -n ${plan[nodes]-} && ${rc_nodes} -ne ${plan[nodes]} ]]; then
    printf 'BAD\t-\tplanned for %s nodes, but this allocation has %s\n' "${plan[nodes]}" "${rc_nodes}"
  fi
  for group in $(relionc_groups); do
    name=SLURM_JOB_CPUS_PER_NODE
    if [[ ${group} != - ]]; then name+=_HET_GROUP_${group}; fi
    for of_node in $(relionc_each "${!name-}"); do
      cpus=$((cpus + of_node))
      if ((of_node > most)); then most=${of_node}; fi
    done
  done
  if ((cpus && cpus < ${plan[cpus]:-0})); then
    printf 'BAD\t-\tplanned for %s CPUs, but this allocation has %s; submit the script as it was built (RL605)\n' "${plan[cpus]}" "${cpus}"
  fi
  memory=${SLURM_MEM_PER_NODE:-$((${SLURM_MEM_PER_CPU:-0} * most))}
  if ((memory && memory < ${plan[memory_mib]:-0})); then
    printf 'BAD\t-\tthe ranks of a node need %s MiB, but this allocation has %s; submit the script as it was built (RL402)\n' "${plan[memory_mib]}" "${memory}"
  fi
}

# relionc_each TEXT: the numbers of Slurm's short form, one for each node: of 5,4(x3) they are 5 4 4 4.
relionc_each() {
  local part times i
  for part in ${1//,/ }; do
    times=1
    if [[ ${part} = *x* ]]; then times=${part#*x}; fi
    times=${times%)}
    for ((i = 0; i < times; i++)); do echo "${part%(*}"; done
  done
}

# relionc_places: the launcher starts as many ranks as planned, each once, where the hostfile says; prints what is not.
relionc_places() {
  local said ranks hosts wanted
  declare -F launch >/dev/null && ((${plan[ranks]:-1} > 1)) || return 0
  # mpirun of Open MPI 5.0 may wait without end for a program that ends at once (docs/slurm-versions.md): each stays a little.
  # shellcheck disable=SC2016 # the ranks expand it
  said=$(relionc_within "${RELIONC_PLACES_WAIT}" launch bash -c 'echo "RANK ${OMPI_COMM_WORLD_RANK:-${PMIX_RANK:-${PMI_RANK:-${SLURM_PROCID}}}} ${SLURMD_NODENAME:-} $(uname -n)"; sleep 0.2' 2>&1 </dev/null)
  ranks=$(grep '^RANK ' <<<"${said}" | cut -d ' ' -f 2 | sort -un | grep -c .)
  if ((ranks != plan[ranks])); then
    printf 'START\t-\tplanned for %s ranks, but the launcher started %s: %s\n' "${plan[ranks]}" "${ranks}" \
      "$(grep -v '^RANK ' <<<"${said:-it did not end within ${RELIONC_PLACES_WAIT} s}" | head -n 3 | tr '\n' ' ')"
    return
  fi
  if [[ -s ${rc_rows} ]]; then
    wanted=$(sed 's/[ :].*//' "${rc_rows}" | sort | uniq -c)
    if [[ $(head -n 1 "${rc_rows}") = *[\ :=]* ]]; then return 0; fi # rows of another form than a rank's host
    hosts=$(grep '^RANK ' <<<"${said}" | cut -d ' ' -f 4 | sort | uniq -c)
    if [[ ${hosts} != "${wanted}" && $(grep '^RANK ' <<<"${said}" | cut -d ' ' -f 3 | sort | uniq -c) != "${wanted}" ]]; then
      printf 'BAD\t-\tthe ranks are not where the hostfile says: %s instead of %s\n' "$(xargs <<<"${hosts}")" "$(xargs <<<"${wanted}")"
    fi
  fi
}

# relionc_preflight: all of that; 1: something is not as planned. rc_unfit are the nodes that alone are to blame.
relionc_preflight() {
  local found kind node sentence status blamed=''
  rc_unfit='' rc_blame=''
  found=$(relionc_allocation)
  if [[ -z ${found} ]]; then
    rc_python=$(relionc_pythons | tr '\n' ' ')
    found=$(relionc_on_nodes 120 bash -c "$(declare -p plan inputs wrapper output rc_cwd rc_token rc_leader_alone rc_warning_says rc_python)
      $(declare -f relionc_look relionc_look_at_memory relionc_look_at_program relionc_look_at_python relionc_orphans); relionc_look" 2>&1)
    status=$?
    if ((status)) && ! grep -qE '^BAD' <<<"${found}"; then
      found+=$(printf '\nBAD\t-\tthe step that looks at every node failed (%s): %s' "${status}" "$(grep -vE '^(BAD|WARN)' <<<"${found}" | tail -n 3 | tr '\n' ' ')")
    fi
  fi
  if ! grep -qE '^BAD' <<<"${found}"; then found+=$'\n'$(relionc_places); fi
  while IFS=$'\t' read -r kind node sentence; do
    case ${kind} in
      BAD | START)
        relionc_note preflight - "${node}: ${sentence}"
        rc_blame=${rc_blame:-${node}: ${sentence}}
        rc_bad_kind=${kind}
        blamed+="${node}"$'\n'
        ;;
      WARN) relionc_warn "${sentence}" "${node}" ;;
    esac
  done < <(grep -E '^(BAD|WARN|START)' <<<"${found}" | sort -u)
  if [[ -n ${rc_wrong} ]]; then relionc_end wrong_run "${rc_wrong}"; fi
  [[ -n ${rc_blame} ]] || return 0
  blamed=$(sort -u <<<"${blamed}" | grep -vxE -e '-|' | paste -s -d ,)
  if [[ -n ${blamed} && $(tr , '\n' <<<"${blamed}" | grep -c .) -lt ${rc_nodes} ]]; then rc_unfit=${blamed}; fi
  return 1
}

# relionc_warn WHAT [WHERE]: said now, and once more at the end; a wrong run ends there if the profile says so.
relionc_warn() {
  if [[ ${rc_warned} = *"$1"* ]]; then return; fi
  rc_warned+="${rc_warned:+; }$1"
  relionc_note warn - "$1${2:+ ($2)}"
  if [[ ${plan[warnings]-} = end ]] && printf '%s\n' "${rc_warning_says[@]}" | grep -qxF -e "$1"; then rc_wrong=$1; fi
}

# relionc_enough_nodes: whether the partition has as many nodes as the job needs without the unfit ones.
relionc_enough_nodes() {
  local left
  if [[ $(grep -c . "${rc_state}/unfit.${rc_job}" 2>/dev/null) -ge 5 ]]; then return 1; fi # it is not the nodes
  left=$(sinfo -h -N -p "${SLURM_JOB_PARTITION}" -t idle,mixed,allocated,completing,planned -o %N 2>/dev/null | sort -u |
    grep -vxF "$(scontrol show hostnames "${rc_unfit}" 2>/dev/null)" | grep -c .)
  ((left >= rc_nodes))
}

# --- RELION ------------------------------------------------------------------------------------------------------------------

relionc_size() { stat -c %s -- "$1" 2>/dev/null || echo 0; }
relionc_news() { tail -c "+$((rc_err_at + 1))" -- "${output}/run.err" 2>/dev/null | tr '\r' '\n'; }
relionc_out_news() { tail -c "+$((rc_out_at + 1))" -- "${output}/run.out" 2>/dev/null | tr '\r' '\n'; }
relionc_log_news() { [[ -f ${rc_log_file} ]] && tail -c "+$((rc_log_at + 1))" -- "${rc_log_file}" 2>/dev/null; }

# relionc_launch: starts `new` or `resume` beside this script, as a group of processes that can be ended together.
relionc_launch() {
  local words="from the beginning"
  if [[ ${rc_how} = resume ]]; then words="with what is not done yet"; fi
  if [[ -n ${from} ]]; then words="from iteration ${rc_from}"; fi
  if ! relionc_mark; then relionc_end preflight "an old marker of RELION in ${output}/ cannot be removed"; fi
  printf '=== relionc: job %s, start %s.%s, %s\n' "${rc_job}" "${rc_restart}" "${rc_starts}" "${words}" | tee -a -- "${output}/run.err" >>"${output}/run.out"
  rc_out_at=$(relionc_size "${output}/run.out") rc_err_at=$(relionc_size "${output}/run.err")
  relionc_note launch "${rc_from}" "RELION starts ${words}"
  relionc_project running # again: RELION itself may have written a table that it had read before
  rc_launched=1 rc_cause='' rc_again=1
  set -m
  (
    set +m
    trap - TERM INT USR1
    trap 'exit $?' ERR # (with `set -e` alone the status of these brackets is 1 in bash 4.2, whatever that of the command was)
    set -eEu
    "${rc_how}"
  ) >>"${output}/run.out" 2>>"${output}/run.err" </dev/null &
  rc_pid=$!
  set +m
}

# relionc_kill: ends the step on all nodes, and what was started here.
relionc_kill() {
  relionc_end_steps
  relionc_end_group "${rc_pid}"
}
relionc_end_group() {
  kill -TERM -- "-$1" 2>/dev/null
  sleep 1
  kill -KILL -- "-$1" 2>/dev/null
}

# relionc_steps: the steps of this job, but for those who stay on the nodes.
relionc_steps() { squeue -h -s -j "${rc_job}" -o '%i %j' 2>/dev/null | sed -nE '/ relionc_stay$/d; s/^([0-9+_]+\.[0-9]+) .*/\1/p'; }
relionc_end_steps() {
  local step
  if [[ -z ${SLURM_JOB_ID-} ]]; then return; fi
  for step in $(relionc_steps); do scancel -s KILL "${step}" 2>/dev/null; done
}

# relionc_alone: sees that nothing of the last start runs on before there is another one: the ranks outlive an srun that was killed.
relionc_alone() {
  local i
  relionc_end_group "${rc_pid}"
  if [[ -z ${SLURM_JOB_ID-} ]]; then return; fi
  for ((i = 0; i < 30; i++)); do
    if [[ -z $(relionc_steps) ]]; then return; fi
    relionc_end_steps
    sleep 1
  done
}

# relionc_limit: seconds without a sign of life that are too many now; 0: never.
relionc_limit() {
  local limit=${RELIONC_STALL_FIRST}
  if [[ ${plan[resume]-} = iterations ]] && (($(relionc_size "${output}/run.out") <= rc_out_at)); then
    limit=${RELIONC_STALL_START}
  elif ((rc_longest)); then
    limit=$((rc_longest * RELIONC_STALL_FACTOR))
    if ((limit < RELIONC_STALL_LEAST)); then limit=${RELIONC_STALL_LEAST}; fi
  fi
  echo "${limit}"
}

# relionc_patience: seconds that RELION gets for its clean abort: the job has to go back to the queue before its time is up.
relionc_patience() {
  local most=$((${plan[notice]:-120} / 2))
  echo $((most < RELIONC_ABORT_WAIT ? most : RELIONC_ABORT_WAIT))
}

# relionc_iterated: notes an iteration that is new since the last look, and how long the longest took.
relionc_iterated() {
  local number file
  file=$(relionc_optimisers | head -n 1)
  number=$(relionc_number "${file}")
  if [[ -z ${number} || ${number} = "${rc_seen}" ]]; then return 1; fi
  if [[ -n ${rc_seen} ]]; then
    relionc_note iteration "${number}" "iteration ${number} after $((rc_clock - rc_seen_at)) s"
    if ((number > rc_from + 1 && rc_clock - rc_seen_at > rc_longest)); then rc_longest=$((rc_clock - rc_seen_at)); fi
  fi
  rc_seen=${number} rc_seen_at=${rc_clock} rc_iterates=1
}

# relionc_lives: whether there was a sign of life since the last look: output, an iteration, a file of a job without iterations.
relionc_lives() {
  local size
  size=$(relionc_size "${output}/run.out").$(relionc_size "${output}/run.err")
  if relionc_iterated || [[ ${size} != "${rc_size}" ]]; then
    rc_size=${size}
    return 0
  fi
  if [[ ${plan[resume]-} != iterations ]] && ((rc_clock % 60 < RELIONC_TICK)); then
    if [[ -n $(find "${output}/" -path "${rc_state}" -prune -o -newermt "@$(($(date +%s) - 120))" -type f -print -quit 2>/dev/null) ]]; then return 0; fi
  fi
  return 1
}

# relionc_first_words: looks at what RELION says when it begins: how many ranks it has, and warnings of a wrong run.
relionc_first_words() {
  local world size line name
  world=$(relionc_out_news | head -c 20000 | grep -oE "${rc_word[world]}" | head -n 1)
  size=${world##*[!0-9]}
  if [[ -n ${size} && ${size} -ne ${plan[ranks]:-1} ]]; then
    rc_cause=world rc_detail="planned for ${plan[ranks]} ranks, but RELION counts ${size}: the launcher and RELION's MPI do not know each other (\`mpi\` of the profile's launcher)"
    return
  fi
  for name in "${!rc_warning[@]}"; do
    if [[ ${name} = no_gpu && -z ${plan[gpus]-} ]]; then continue; fi
    if [[ ${name} = unknown_argument && ${rc_how} = resume ]]; then continue; fi # a continued run takes fewer; the first has said so
    line=$(relionc_news | head -c 100000 | grep -E -m 1 -e "${rc_warning[${name}]}")
    if [[ -n ${line} ]]; then relionc_warn "${rc_warning_says[${name}]}" "RELION says: ${line}"; fi
  done
}

# relionc_autopsy: what every rank does, one line each, into a file.
relionc_autopsy() {
  rc_beside=1 relionc_on_nodes 30 bash -c "$(declare -p rc_token plan); $(declare -f relionc_ranks); relionc_ranks" 2>&1 | cut -f 2- | sort -u >"${rc_state}/autopsy.${rc_job}.${rc_restart}"
  while read -r line; do relionc_tell "  ${line}"; done < <(head -n 40 "${rc_state}/autopsy.${rc_job}.${rc_restart}")
}
relionc_ranks() { # prints for each rank on this node: its process, a tab, a sentence
  local file pid name rank
  while read -r file; do
    pid=${file#/proc/} pid=${pid%/environ}
    name=$(cat "/proc/${pid}/comm" 2>/dev/null)
    if [[ -z ${name} || ${plan[program]##*/} != "${name}"* ]]; then continue; fi # the kernel cuts names at 15 characters
    rank=$(tr '\0' '\n' 2>/dev/null <"${file}" | awk -F = '
      /^(SLURM_PROCID|PMI_RANK|PMIX_RANK|OMPI_COMM_WORLD_RANK)=/ { found[$1] = $2 }
      END {
        if ("OMPI_COMM_WORLD_RANK" in found) print found["OMPI_COMM_WORLD_RANK"]
        else if ("PMIX_RANK" in found) print found["PMIX_RANK"]
        else if ("PMI_RANK" in found) print found["PMI_RANK"]
        else print found["SLURM_PROCID"]
      }')
    printf '%s\t%s: rank %s, pid %s, %s, state %s, waits in %s\n' "${pid}" "${SLURMD_NODENAME:-$(uname -n)}" "${rank:--}" "${pid}" "${name}" \
      "$(awk '/^State/ { printf "%s %s, ", $2, $3 } /^VmRSS/ { printf "%d MiB", $2 / 1024 }' "/proc/${pid}/status" 2>/dev/null)" "$(cat "/proc/${pid}/wchan" 2>/dev/null)"
  done < <(grep -lzsxF -- "RELIONC_RUN=${rc_token}" /proc/[0-9]*/environ 2>/dev/null)
}

# relionc_watch: waits for the end of RELION; sets rc_status, and rc_cause where it was not RELION that ended it:
# limit (the time limit is near), term (Slurm or a person), stall, world, wrong, lost, disk (where an iteration was written, full).
relionc_watch() {
  local killing=0 limit alive=0 then=${SECONDS}
  rc_clock=0 rc_unseen=0 rc_seen='' rc_size='' rc_longest=${rc_longest:-0}
  rc_seen=$(relionc_number "$(relionc_optimisers | head -n 1)") rc_seen_at=0
  rc_seen=${rc_seen:-0}
  while kill -0 "${rc_pid}" 2>/dev/null; do
    sleep "${RELIONC_TICK}" &
    wait $! 2>/dev/null # a signal ends it
    relionc_tick "$((SECONDS - then))"
    then=${SECONDS}
    if ((killing && rc_clock > killing)); then
      relionc_kill
      killing=$((rc_clock + 20))
    elif [[ -n ${rc_cause} ]]; then
      if [[ ${rc_cause} = term ]]; then relionc_foretell; fi
      if ((!killing)); then
        case ${rc_cause} in limit) killing=$((rc_clock + $(relionc_patience))) ;; term) killing=$((rc_clock + 15)) ;; *) killing=${rc_clock} ;; esac
      fi
    elif relionc_lost; then
      rc_cause=lost
    else
      relionc_first_words
      if [[ -n ${rc_wrong} ]]; then rc_cause=wrong; fi
      if relionc_lives; then alive=${rc_clock}; fi
      if [[ -n ${rc_iterates} && -z ${rc_cause} ]] && rc_full=$(relionc_disk_full); then rc_cause=disk; fi
      rc_iterates=''
      limit=$(relionc_limit)
      if [[ -z ${rc_cause} ]] && ((limit && rc_clock - alive > limit)); then
        rc_cause=stall
        relionc_note stall "${rc_seen:--}" "no sign of life for ${limit} s; what each rank does:"
        relionc_autopsy
      fi
    fi
  done
  wait "${rc_pid}"
  rc_status=$?
  if [[ -z ${rc_cause} ]]; then
    relionc_iterated
    relionc_first_words
  fi
}

# relionc_tick SECONDS: adds what has passed since the last look to rc_clock. A clock that was put forward or back, or a job that
# was suspended, is no time in which RELION stood still.
relionc_tick() {
  if (($1 < 0 || $1 > 60 + 10 * RELIONC_TICK)); then rc_clock=$((rc_clock + RELIONC_TICK)); else rc_clock=$((rc_clock + $1)); fi
}

# --- why it ended ----------------------------------------------------------------------------------------------------------------

relionc_line() { # KIND TEXT: the first line of a text that has words of that kind; 1: there is none
  local line
  line=$(grep -E -m 1 -e "${rc_word[$1]}" <<<"$2") || return 1
  printf '%s' "${line:0:300}"
}

# relionc_disk_full: says so where (nearly) nothing more can be written to the output folder: then RELION's own words are lost, or it
# goes on over files that were cut, and calls that a success.
relionc_disk_full() {
  local said left
  left=$(df -Pk -- "${output}/" 2>/dev/null | awk 'NR == 2 { print $4 }')
  if ! said=$({ printf '%4096s' . >"${rc_state}/probe.$$"; } 2>&1); then
    echo "cannot write to ${output}/: ${said##*: }"
  elif [[ -n ${left} ]] && ((left < 1024)); then
    echo "the disk of ${output}/ has ${left} KiB left"
  else
    rm -f -- "${rc_state}/probe.$$"
    return 1
  fi
  rm -f -- "${rc_state}/probe.$$"
}

# relionc_gone: whether the lock of the output folder stays away: then the folder was removed. A file server may fail for a moment.
relionc_gone() {
  local i
  for ((i = 0; i < 10; i++)); do
    if [[ -s ${rc_state}/lock/token ]]; then return 1; fi
    sleep 1
  done
}

# relionc_marks_of_others: removes marks that are older than an iteration: RELION's own is the last that it writes.
relionc_marks_of_others() {
  local kind mark newest
  newest=$(relionc_optimisers | head -n 1)
  for kind in success failure aborted; do
    mark=${output}/${rc_marker[${kind}]}
    if [[ -n ${newest} && -e ${mark} && ${mark} -ot ${newest} ]]; then
      relionc_note warn - "${rc_marker[${kind}]} in ${output}/ is not of this run, and was removed"
      rm -f -- "${mark}"
    fi
  done
}

# relionc_diagnose: sets rc_why to the name of an ending (or `killed`) and rc_detail to the evidence.
relionc_diagnose() {
  local err log missing line
  err=$(relionc_news) log=$(relionc_log_news)
  case ${rc_cause} in
    world)
      rc_why=mpi_start
      return
      ;;
    disk) # RELION goes on over files that were cut
      rc_why=disk rc_detail=${rc_full}
      return
      ;;
    wrong)
      rc_why=wrong_run rc_detail=${rc_wrong}
      return
      ;;
  esac
  rc_detail=''
  if ((rc_status == 0)) && [[ ! -e ${output}/${rc_marker[failure]} && (-z ${plan[marker]-} || -e ${output}/${rc_marker[success]}) ]]; then
    if missing=$(relionc_has_results); then
      rc_why=finished
    else
      rc_why=incomplete rc_detail="${missing}"
      if line=$(relionc_line disk "${err}") || line=$(relionc_disk_full); then rc_why=disk rc_detail+="; ${line}"; fi
    fi
    return
  fi
  if [[ ${rc_cause} = stall ]]; then
    rc_why=killed rc_detail="no sign of life, so its step was ended"
  elif line=$(relionc_line memory_of_slurm "${err}"$'\n'"${log}") || line=$(relionc_line memory "${err}"); then
    rc_why=memory rc_detail="${line}"
  elif line=$(relionc_line disk "${err}") || line=$(relionc_disk_full); then
    rc_why=disk rc_detail="${line}"
  elif [[ -e ${output}/${rc_marker[aborted]} || ${rc_cause} = limit ]]; then
    rc_why=aborted
  elif line=$(relionc_line no_start "${err}") && ! relionc_out_news | grep -qE -e "${rc_word[works]}"; then
    rc_why=mpi_start rc_detail="${line} (the launcher's exit status: ${rc_status})"
  elif line=$(relionc_line gone "${err}"); then
    rc_why=killed rc_detail="${line}"
  elif line=$(grep -E -A 2 -m 1 -e "${rc_word[error]}" <<<"${err}" | sed "s/${rc_word[error]}:* *//" | grep -m 1 .) && [[ -n ${line} ]]; then
    rc_why=relion_error rc_detail="${line}"
  elif line=$(relionc_line killed "${err}"); then
    rc_why=killed rc_detail="${line}"
  elif ((rc_status > 128 && rc_status < 160)); then
    rc_why=killed rc_detail="signal $((rc_status - 128))"
  elif ((rc_status == 0)) && [[ -e ${output}/${rc_marker[failure]} ]]; then
    rc_why=relion_error rc_detail="it left ${rc_marker[failure]}"
  elif ((rc_status == 0)); then
    rc_why=incomplete rc_detail="its exit status is 0, but ${rc_marker[success]} is not there"
  else
    rc_why=failed rc_detail="exit status ${rc_status}: $(grep . <<<"${err}" | tail -n 1 | head -c 300)"
  fi
}

# --- going on ----------------------------------------------------------------------------------------------------------------------

# relionc_at_last: the number of the newest whole iteration, 0 without one.
relionc_at_last() {
  rc_last=$(relionc_number "$(relionc_newest)")
  rc_last=${rc_last:-0}
}

# relionc_progress FROM: whether there is something new since iteration FROM; for jobs without iterations, whether any file is.
relionc_progress() {
  case ${plan[resume]-} in
    iterations) ((rc_last > $1)) ;;
    unfinished) [[ -n $(find "${output}/" -path "${rc_state}" -prune -o -mindepth 2 -type f -newer "${rc_state}/lock/token" -print -quit 2>/dev/null) ]] ;;
    *) return 1 ;;
  esac
}

# relionc_requeue SENTENCE: gives the job back to the queue and ends the script; 1: Slurm did not take it. Slurm's SIGTERM comes
# at once, and only after it may nodes be left out.
relionc_requeue() {
  local i said status
  [[ -n ${SLURM_JOB_ID-} && ${plan[restart]-} = auto ]] || return 1
  if ! scontrol show job "${rc_job}" 2>/dev/null | grep -q 'BatchFlag=1'; then return 1; fi # an interactive one
  rc_terminated=''
  relionc_mark # it is not at its end
  trap 'rc_terminated=1' TERM
  said=$(scontrol requeue "${rc_job}" 2>&1) # Slurm's SIGTERM may end it before it can say that all is well
  status=$?
  if ((status && status < 128)) && [[ -z ${rc_terminated} ]]; then
    trap 'relionc_term' TERM
    rc_detail+="${rc_detail:+; }Slurm does not take it back (${said})"
    if relionc_chain; then relionc_end requeued "$1, as job ${rc_next}"; fi
    return 1
  fi
  relionc_note requeue "${rc_last:--}" "$1"
  for ((i = 0; i < 100; i++)); do
    if [[ -n ${rc_terminated} ]]; then break; fi
    sleep 0.2 &
    wait $!
  done
  if [[ -n ${rc_unfit} ]]; then
    echo "${rc_unfit}" >>"${rc_state}/unfit.${rc_job}"
    said=$(scontrol show job "${rc_job}" 2>/dev/null | sed -n 's/.*ExcNodeList=\([^ (]*\).*/\1/p' | head -n 1)
    for ((i = 0; i < 20; i++)); do
      if scontrol update "JobId=${rc_job}" "ExcNodeList=${said:+${said},}${rc_unfit}" 2>/dev/null; then break; fi
      sleep 0.5
    done
    if ((i == 20)); then relionc_tell "Slurm did not take the list of nodes to leave out"; fi
  fi
  relionc_end requeued "$1"
}

# relionc_chain: where a site forbids a requeue, another job goes on when this one has ended, and those that wait for this one
# wait for that. Sets rc_next; 1: it could not be queued.
relionc_chain() {
  local kept=${plan[points]:-${plan[job]}} name id waits said task=() place=()
  local script=${build}/${kept}/run.sbatch
  [[ -r ${script} ]] || return 1
  if [[ -n ${plan[points]-} ]]; then task=("--array=${SLURM_ARRAY_TASK_ID}") place=("${plan[first]:-0}"); fi
  rc_next=$(
    for name in ${!SLURM_*} ${!SRUN_*}; do
      if [[ ${name} != SLURM_CONF* ]]; then unset "${name}"; fi # (a case in here is more than bash 4.2 can read)
    done
    RELIONC_BUILD=${build} sbatch --parsable "--dependency=afterany:${rc_job}" ${task[@]+"${task[@]}"} "${script}" ${place[@]+"${place[@]}"} 2>/dev/null
  ) || return 1
  rc_next=${rc_next%%;*} said=${rc_next%%;*}
  if [[ -n ${plan[points]-} ]]; then rc_next+=_${SLURM_ARRAY_TASK_ID} said+="_[${SLURM_ARRAY_TASK_ID}]+${place[0]}"; fi
  while read -r id waits; do
    scontrol update "JobId=${id}" "Dependency=$(sed "s/${rc_job}\([^0-9]\|$\)/${rc_next}\1/; s/([^)]*)//g" <<<"${waits}")" 2>/dev/null
  done < <(squeue -h -t PENDING -o '%i %E' 2>/dev/null | grep -E "after(ok|any):${rc_job}(\(|,|$)" | grep -vE "^${rc_next} ")
  if [[ -d ${build}/state/${kept} ]]; then
    printf '%(%s)T\t%s\t%s\n' -1 "${said}" "$(sha256sum <"${script}" | cut -c -64)" 2>/dev/null >>"${build}/state/${kept}/submitted"
  fi
  return 0
}

# relionc_foretell: the ranks of a cancelled job are still ending, and Slurm may soon end this script, too: KillWait is a few
# seconds on some sites. So the marker and the first line of the log do not wait for them.
relionc_foretell() {
  local words status marker code say
  words=$(relionc_log_news | grep -E -e "${rc_word[taken]}" | tail -n 1)
  if [[ -z ${words} || -e ${output}/${rc_marker[aborted]} ]] || ! relionc_owned; then return; fi
  if grep -qE -e "${rc_word[requeue]}|${rc_word[limit]}" <<<"${words}"; then return; fi
  relionc_ending cancelled
  relionc_mark "${marker}"
  relionc_head "cancelled, status ${status}: ${say}"
}

# relionc_taken: SIGTERM came. Slurm says why in the job's log: then the job is its own to start again; else somebody cancelled it.
relionc_taken() {
  local i words=''
  for ((i = 0; i < 15; i++)); do
    words=$(relionc_log_news | grep -E -e "${rc_word[taken]}" | tail -n 1)
    if [[ -n ${words} || -z ${SLURM_JOB_ID-} ]]; then break; fi
    sleep 0.2
  done
  if grep -qE -e "${rc_word[requeue]}" <<<"${words}"; then relionc_end requeued "Slurm took the nodes away"; fi
  if grep -qE -e "${rc_word[limit]}" <<<"${words}"; then
    relionc_end time_limit "submitted again, it goes on from iteration ${rc_last}"
  fi
  relionc_end cancelled
}

# relionc_at_limit: the time limit was near, and RELION has stopped: back to the queue if there is something new.
relionc_at_limit() {
  if ! relionc_progress "${rc_first}"; then
    relionc_end no_progress "give it more time, or more ranks"
  fi
  relionc_requeue "the time limit is near; it goes on from iteration ${rc_last}"
  relionc_end time_limit "${rc_detail:+${rc_detail}; }submitted again, it goes on from iteration ${rc_last}"
}

# relionc_again: after a killed rank, a hang or a failed start: once more in this allocation? It returns if so.
relionc_again() {
  local why=$1
  if [[ ${plan[restart]-} != auto && ${why} != mpi_start ]]; then relionc_end "${2}" "${rc_detail}"; fi
  if [[ -n ${SLURM_JOB_ID-} ]] && grep -qE -e "${rc_word[gone]}" <<<"${rc_detail}"; then
    relionc_requeue "a node was lost; it goes on from iteration ${rc_last}"
  fi
  if relionc_progress "${rc_from}"; then rc_tries=0; fi
  if ((rc_tries >= RELIONC_TRIES || rc_starts >= 20)); then relionc_end "${2}" "${rc_detail}"; fi
  relionc_alone
  rc_tries=$((rc_tries + 1)) rc_starts=$((rc_starts + 1))
  relionc_note resume "${rc_last}" "${rc_detail}; once more in this allocation"
  sleep "${RELIONC_AGAIN_WAIT}" &
  wait $!
}

# relionc_decide: what follows from how RELION ended. It returns where RELION is to start again.
relionc_decide() {
  case ${rc_cause} in
    lost)
      if [[ -s ${rc_state}/lock/token ]]; then relionc_end taken_over; fi
      relionc_end folder_gone
      ;;
    term) relionc_taken ;;
    limit) if [[ ${rc_why} != finished ]]; then relionc_at_limit; fi ;;
  esac
  case ${rc_why} in
    finished) relionc_end finished "${rc_warned}" ;;
    killed) relionc_again killed given_up ;;
    mpi_start) if [[ ${rc_cause} = world ]]; then relionc_end mpi_start "${rc_detail}"; else relionc_again mpi_start mpi_start; fi ;;
    *) relionc_end "${rc_why}" "${rc_detail}" ;;
  esac
}

# --- signals, which reach this script while it waits ------------------------------------------------------------------------------

# Slurm ends all processes of a job; without it, RELION has to be told.
relionc_term() {
  rc_cause=term rc_cause_now=term
  if [[ -n ${rc_pid} && -z ${SLURM_JOB_ID-} ]]; then relionc_stop; fi
}
relionc_stop() {
  if [[ -n ${plan[marker]-} ]]; then : >"${output}/${rc_marker[abort]}"; else kill -TERM -- "-${rc_pid}" 2>/dev/null; fi
}
relionc_near_limit() {
  rc_cause=${rc_cause:-limit} rc_cause_now=${rc_cause_now:-limit}
  if [[ -n ${rc_pid} ]]; then relionc_stop; fi
}

# --- the two calls ---------------------------------------------------------------------------------------------------------------

relionc_begin() {
  local said
  set +eu
  rc_phase=begin
  exec {rc_log}>&1
  unset RELIONC_BUILD
  rc_host=$(uname -n) rc_job=${SLURM_JOB_ID:-local-$$} rc_restart=${SLURM_RESTART_COUNT:-0} rc_locked='' rc_launched='' rc_cause='' rc_cause_now=''
  if [[ -n ${SLURM_ARRAY_TASK_ID-} ]]; then rc_job=${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}; fi # the number of one task is the array's, too
  rc_again='' rc_warned='' rc_tries=0 rc_starts=0 rc_last='' rc_detail='' rc_pid='' rc_beside='' rc_leader_alone='' rc_unfit='' rc_wrong=''
  rc_posted=() rc_clock=0 rc_unseen=0 rc_iterates='' rc_full=''
  rc_log_file=$(readlink -f "/proc/$$/fd/${rc_log}") rc_log_at=$(relionc_size "${rc_log_file}")
  rc_build=$(CDPATH='' cd -- "${build}/" 2>/dev/null && pwd) # it may be named as seen from here
  if [[ -n ${plan[project]-} ]] && ! CDPATH='' cd -- "${plan[project]}"; then
    echo "cannot change to the project folder ${plan[project]} on ${rc_host}" >&2
    exit 69
  fi
  rc_cwd=${PWD} output=${plan[output]%/} rc_state=${plan[output]%/}/relionc rc_rows=${plan[output]%/}/relionc/hostfile
  rc_token=${rc_job}.${rc_restart}.${rc_host}.$$.$(relionc_began $$)
  trap relionc_left EXIT
  trap relionc_term TERM INT
  trap relionc_near_limit USR1
  relionc_head "runs since $(printf '%(%F %T)T' -1); how it ended will stand here"
  mkdir -p -- "${rc_state}" 2>/dev/null
  if ! said=$({ printf '%4096s' . >"${rc_state}/probe.$$"; } 2>&1); then
    rm -f -- "${rc_state}/probe.$$" 2>/dev/null
    relionc_end preflight "cannot write to ${output}/ on ${rc_host} (${said##*: })"
  fi
  rm -f -- "${rc_state}/probe.$$"
  if ! relionc_lock; then
    if [[ -z ${rc_owner-} ]]; then relionc_end preflight "cannot make relionc/lock in ${output}/ on ${rc_host}"; fi
    relionc_end locked "job ${rc_owner} is writing to ${output}/"
  fi
  relionc_note start - "job ${rc_job}, start ${rc_restart}, on ${SLURM_JOB_NODELIST:-${rc_host}}${rc_took:+; the folder was ${rc_took}}"
  relionc_folder
  if [[ -n ${plan[points]-} ]]; then relionc_job_file; fi
  relionc_project running
  export RELIONC_RUN=${rc_token} RELIONC_OUTPUT=${rc_cwd}/${output}
  rc_phase=set_up
  # shellcheck disable=SC2154
  trap 'rc_line=${BASH_COMMAND}' ERR
  set -eu
}

relionc_run() {
  set +eu
  trap - ERR
  rc_phase=run
  rc_nodes=${SLURM_JOB_NUM_NODES:-1}
  if ((${SLURM_HET_SIZE:-0} > 1)); then
    rc_nodes=0
    local i name
    for ((i = 0; i < SLURM_HET_SIZE; i++)); do
      name=SLURM_JOB_NUM_NODES_HET_GROUP_${i}
      rc_nodes=$((rc_nodes + ${!name:-1}))
    done
    rc_leader_alone=$(scontrol show hostnames "${SLURM_JOB_NODELIST_HET_GROUP_0}" | head -n 1)
  fi
  if declare -F rows >/dev/null && ! rows >"${rc_rows}"; then relionc_end preflight "the hostfile could not be written"; fi
  if ! relionc_preflight; then
    if [[ ${rc_cause_now} = term ]]; then relionc_taken; fi
    if [[ -n ${rc_unfit} ]] && relionc_enough_nodes; then relionc_requeue "${rc_blame}; it starts again without ${rc_unfit}"; fi
    if [[ ${rc_bad_kind} = START ]]; then relionc_end mpi_start "${rc_blame}"; fi
    relionc_end preflight "${rc_blame}"
  fi
  relionc_at_last
  rc_first=${rc_last}
  relionc_post
  while :; do
    case ${rc_cause_now} in term) relionc_taken ;; limit) relionc_at_limit ;; esac
    relionc_choose
    relionc_post_again
    relionc_launch
    relionc_watch
    relionc_at_last
    if [[ ${rc_cause} != term ]] && relionc_gone; then relionc_end folder_gone; fi
    relionc_marks_of_others
    relionc_diagnose
    relionc_decide
  done
}
