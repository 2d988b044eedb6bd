"""The shipped templates as functions. Made by tools/build_templates.py: do not edit."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from relionc.emit.views import AllocateView, ArrayView, ScriptView, SiteTemplateView, SubmitView, WindowView


def run_sbatch(view: ScriptView) -> str:
    out: list[str] = []
    out += ('#!/bin/bash\n',)
    for line in view['header']:
        out += ('# ', str(line), '\n',)
    for directive in view['directives']:
        out += ('#SBATCH ', str(directive), '\n',)
    out += ('\nset -euo pipefail\n',)
    if view['needs']:
        out += ('if [[ ! -v ', str(view['needs']), ' ]]; then\n  echo ', str(view['needs_help']), ' >&2\n  exit 1\nfi\n',)
    if view['table']:
        out += ('\n# The folder of the build: of this script, Slurm runs a copy.\n',)
        out += ('build=$(dirname -- "${BASH_SOURCE[0]}")/..\nif [[ ! -r ${build}/relionc-runtime.sh ]]; then\n  build=${RELIONC_BUILD:-$(scontrol show job "${SLURM_JOB_ID:-}" | sed -n \'s|^ *Command=\\(.*\\)/[^/]*/[^/]*$|\\1|p;T;q\')}\nfi\n',)
        out += ('\n# Each task is a point of a sweep: it has a row of this table, of which another one may be for another script. (In an array behind\n# the first one, the number of its first point is the argument of the script.)\ntable=${build}/', str(view['table']['path']), '\nif [[ ! ${SLURM_ARRAY_TASK_ID-} =~ ^[0-9]+$ || ! ${1-0} =~ ^[0-9]+$ ]]; then\n  echo "this runs as a task of a job array: sbatch --array=0 $0" >&2\n  exit 78\nfi\nif [[ ${RELIONC_EDITED-} != yes ]] && ! sha256sum --check --status <<<"', str(view['table']['digest']), '  ${table}"; then\n  echo "no point was started: ${table} is not what was submitted. Submit it again" >&2\n  exit 78\nfi\nfirst=${1-0}\nIFS=$\'\\t\' read -r point ', str(view['table']['variables']), ' < <(sed -n "$((first + SLURM_ARRAY_TASK_ID + 2)){p;q}" "${table}") || {\n  echo "${table} has no point $((first + SLURM_ARRAY_TASK_ID))" >&2\n  exit 78\n}\n',)
    out += ('\n# What relionc-runtime.sh has to know to guard this job. It stands in the folder of the build; of this script, Slurm runs a copy.\ndeclare -A plan=(\n',)
    for fact in view['guard']['facts']:
        out += ('  [', str(fact['name']), ']=', str(fact['value']), '\n',)
    out += (')\ninputs=(', str(view['guard']['inputs']), ')\nresults=(', str(view['guard']['results']), ')\nwrapper=(', str(view['guard']['wrapper']), ')\n',)
    if (not view['table']):
        out += ('build=$(dirname -- "${BASH_SOURCE[0]}")/..\nif [[ ! -r ${build}/relionc-runtime.sh ]]; then\n  build=${RELIONC_BUILD:-$(scontrol show job "${SLURM_JOB_ID:-}" | sed -n \'s|^ *Command=\\(.*\\)/[^/]*/[^/]*$|\\1|p;T;q\')}\nfi\n',)
    out += ('. "${build}/relionc-runtime.sh" || { echo "relionc-runtime.sh is not in \'${build}\': name the folder of this build in RELIONC_BUILD" >&2; exit 78; }\nrelionc_begin\n',)
    if view['tell']:
        out += ('echo ', str(view['tell']), '\n',)
    if view['environment']:
        out += ('\n# What this site needs before RELION; module functions may read unset variables.\nset +u\n',)
        for line in view['environment']:
            out += (str(line), '\n',)
        out += ('set -u\n',)
    if view['exports']:
        out += ('\n',)
        for export in view['exports']:
            out += ('export ', str(export['name']), '=', str(export['value']), '\n',)
    if view['hostfile']:
        out += ('\n',)
        if view['hostfile']['row']:
            out += ('# One row per ',)
            if view['hostfile']['ranked']:
                out += ('rank',)
            else:
                out += ('node',)
            out += (': ',)
            if view['hostfile']['shares']:
                out += ('as planned',)
            else:
                out += ('as many ranks as Slurm has tasks there',)
            out += ('.\n',)
        elif view['hostfile']['leader']:
            out += ('# One row per rank: the leader on the first node, then ', str(view['hostfile']['workers']), ' workers on every node.\n',)
        elif view['hostfile']['first']:
            out += ('# One row per rank: one on the first node, then ', str(view['hostfile']['workers']), ' on every node.\n',)
        else:
            out += ('# One row per rank: ', str(view['hostfile']['workers']), ' on every node.\n',)
        out += ('rows() {\n  local nodes',)
        if view['hostfile']['row']:
            out += (' n tasks',)
            if view['hostfile']['shares']:
                out += ('=(', str(view['hostfile']['shares']), ')',)
                if view['hostfile']['ranked']:
                    out += (' i',)
            else:
                out += ('=() part times i',)
            if view['hostfile']['numbered']:
                out += (' rank=0',)
        else:
            out += (' node i',)
        out += ('\n  mapfile -t nodes < <(scontrol show hostnames "${SLURM_JOB_NODELIST}")\n',)
        if view['hostfile']['row']:
            if (not view['hostfile']['shares']):
                out += ('  for part in ${SLURM_TASKS_PER_NODE//,/ }; do # as 5,4(x3)\n    times=1\n    if [[ ${part} = *x* ]]; then times=${part#*x}; fi\n    times=${times%)}\n    for ((i = 0; i < times; i++)); do tasks+=("${part%(*}"); done\n  done\n',)
            out += ('  for n in "${!nodes[@]}"; do\n',)
            if view['hostfile']['ranked']:
                out += ('    for ((i = 0; i < tasks[n]; i++)); do echo ', str(view['hostfile']['row']), '; done\n',)
            else:
                out += ('    echo ', str(view['hostfile']['row']), '\n',)
            out += ('  done\n',)
        else:
            if view['hostfile']['first']:
                out += ('  echo "${nodes[0]}"\n',)
            out += ('  for node in "${nodes[@]}"; do\n    for ((i = 0; i < ', str(view['hostfile']['workers']), '; i++)); do echo "${node}"; done\n  done\n',)
        out += ('}\n',)
    if view['guard']['launch']:
        out += ('\nlaunch() {\n',)
        if view['hostfile']:
            if view['hostfile']['variable']:
                out += ('  export ', str(view['hostfile']['variable']), '=', str(view['hostfile']['path']), '\n',)
            for name in view['hostfile']['unset']:
                out += ('  unset ', str(name), '\n',)
        for line in view['guard']['launch']:
            out += ('  ', str(line), '\n',)
        out += ('}\n',)
    out += ('\nnew() {\n',)
    for step in view['guard']['new']:
        for line in step:
            out += ('  ', str(line), '\n',)
    out += ('}\n',)
    if view['guard']['resume']:
        out += ('\n# How RELION goes on with what an earlier start has left.\nresume() {\n',)
        for step in view['guard']['resume']:
            for line in step:
                out += ('  ', str(line), '\n',)
        out += ('}\n',)
    out += ('\nrelionc_run\n',)
    return "".join(out)


def run_sh(view: ScriptView) -> str:
    out: list[str] = []
    out += ('#!/bin/bash\n',)
    for line in view['header']:
        out += ('# ', str(line), '\n',)
    out += ('\nset -euo pipefail\n',)
    if view['needs']:
        out += ('if [[ ! -v ', str(view['needs']), ' ]]; then\n  echo ', str(view['needs_help']), ' >&2\n  exit 1\nfi\n',)
    if view['table']:
        out += ('\n# The folder of the build: of this script, Slurm runs a copy.\n',)
        out += ('build=$(dirname -- "${BASH_SOURCE[0]}")/..\nif [[ ! -r ${build}/relionc-runtime.sh ]]; then\n  build=${RELIONC_BUILD:-$(scontrol show job "${SLURM_JOB_ID:-}" | sed -n \'s|^ *Command=\\(.*\\)/[^/]*/[^/]*$|\\1|p;T;q\')}\nfi\n',)
        out += ('\n# Each task is a point of a sweep: it has a row of this table, of which another one may be for another script. (In an array behind\n# the first one, the number of its first point is the argument of the script.)\ntable=${build}/', str(view['table']['path']), '\nif [[ ! ${SLURM_ARRAY_TASK_ID-} =~ ^[0-9]+$ || ! ${1-0} =~ ^[0-9]+$ ]]; then\n  echo "this runs as a task of a job array: sbatch --array=0 $0" >&2\n  exit 78\nfi\nif [[ ${RELIONC_EDITED-} != yes ]] && ! sha256sum --check --status <<<"', str(view['table']['digest']), '  ${table}"; then\n  echo "no point was started: ${table} is not what was submitted. Submit it again" >&2\n  exit 78\nfi\nfirst=${1-0}\nIFS=$\'\\t\' read -r point ', str(view['table']['variables']), ' < <(sed -n "$((first + SLURM_ARRAY_TASK_ID + 2)){p;q}" "${table}") || {\n  echo "${table} has no point $((first + SLURM_ARRAY_TASK_ID))" >&2\n  exit 78\n}\n',)
    out += ('\n# What relionc-runtime.sh has to know to guard this job. It stands in the folder of the build; of this script, Slurm runs a copy.\ndeclare -A plan=(\n',)
    for fact in view['guard']['facts']:
        out += ('  [', str(fact['name']), ']=', str(fact['value']), '\n',)
    out += (')\ninputs=(', str(view['guard']['inputs']), ')\nresults=(', str(view['guard']['results']), ')\nwrapper=(', str(view['guard']['wrapper']), ')\n',)
    if (not view['table']):
        out += ('build=$(dirname -- "${BASH_SOURCE[0]}")/..\nif [[ ! -r ${build}/relionc-runtime.sh ]]; then\n  build=${RELIONC_BUILD:-$(scontrol show job "${SLURM_JOB_ID:-}" | sed -n \'s|^ *Command=\\(.*\\)/[^/]*/[^/]*$|\\1|p;T;q\')}\nfi\n',)
    out += ('. "${build}/relionc-runtime.sh" || { echo "relionc-runtime.sh is not in \'${build}\': name the folder of this build in RELIONC_BUILD" >&2; exit 78; }\nrelionc_begin\n',)
    if view['tell']:
        out += ('echo ', str(view['tell']), '\n',)
    if view['environment']:
        out += ('\n# What this site needs before RELION; module functions may read unset variables.\nset +u\n',)
        for line in view['environment']:
            out += (str(line), '\n',)
        out += ('set -u\n',)
    if view['exports']:
        out += ('\n',)
        for export in view['exports']:
            out += ('export ', str(export['name']), '=', str(export['value']), '\n',)
    if view['hostfile']:
        out += ('\n',)
        if view['hostfile']['row']:
            out += ('# One row per ',)
            if view['hostfile']['ranked']:
                out += ('rank',)
            else:
                out += ('node',)
            out += (': ',)
            if view['hostfile']['shares']:
                out += ('as planned',)
            else:
                out += ('as many ranks as Slurm has tasks there',)
            out += ('.\n',)
        elif view['hostfile']['leader']:
            out += ('# One row per rank: the leader on the first node, then ', str(view['hostfile']['workers']), ' workers on every node.\n',)
        elif view['hostfile']['first']:
            out += ('# One row per rank: one on the first node, then ', str(view['hostfile']['workers']), ' on every node.\n',)
        else:
            out += ('# One row per rank: ', str(view['hostfile']['workers']), ' on every node.\n',)
        out += ('rows() {\n  local nodes',)
        if view['hostfile']['row']:
            out += (' n tasks',)
            if view['hostfile']['shares']:
                out += ('=(', str(view['hostfile']['shares']), ')',)
                if view['hostfile']['ranked']:
                    out += (' i',)
            else:
                out += ('=() part times i',)
            if view['hostfile']['numbered']:
                out += (' rank=0',)
        else:
            out += (' node i',)
        out += ('\n  mapfile -t nodes < <(scontrol show hostnames "${SLURM_JOB_NODELIST}")\n',)
        if view['hostfile']['row']:
            if (not view['hostfile']['shares']):
                out += ('  for part in ${SLURM_TASKS_PER_NODE//,/ }; do # as 5,4(x3)\n    times=1\n    if [[ ${part} = *x* ]]; then times=${part#*x}; fi\n    times=${times%)}\n    for ((i = 0; i < times; i++)); do tasks+=("${part%(*}"); done\n  done\n',)
            out += ('  for n in "${!nodes[@]}"; do\n',)
            if view['hostfile']['ranked']:
                out += ('    for ((i = 0; i < tasks[n]; i++)); do echo ', str(view['hostfile']['row']), '; done\n',)
            else:
                out += ('    echo ', str(view['hostfile']['row']), '\n',)
            out += ('  done\n',)
        else:
            if view['hostfile']['first']:
                out += ('  echo "${nodes[0]}"\n',)
            out += ('  for node in "${nodes[@]}"; do\n    for ((i = 0; i < ', str(view['hostfile']['workers']), '; i++)); do echo "${node}"; done\n  done\n',)
        out += ('}\n',)
    if view['guard']['launch']:
        out += ('\nlaunch() {\n',)
        if view['hostfile']:
            if view['hostfile']['variable']:
                out += ('  export ', str(view['hostfile']['variable']), '=', str(view['hostfile']['path']), '\n',)
            for name in view['hostfile']['unset']:
                out += ('  unset ', str(name), '\n',)
        for line in view['guard']['launch']:
            out += ('  ', str(line), '\n',)
        out += ('}\n',)
    out += ('\nnew() {\n',)
    for step in view['guard']['new']:
        for line in step:
            out += ('  ', str(line), '\n',)
    out += ('}\n',)
    if view['guard']['resume']:
        out += ('\n# How RELION goes on with what an earlier start has left.\nresume() {\n',)
        for step in view['guard']['resume']:
            for line in step:
                out += ('  ', str(line), '\n',)
        out += ('}\n',)
    out += ('\nrelionc_run\n',)
    return "".join(out)


def array_sbatch(view: ArrayView) -> str:
    out: list[str] = []
    out += ('#!/bin/bash\n',)
    for line in view['header']:
        out += ('# ', str(line), '\n',)
    for directive in view['directives']:
        out += ('#SBATCH ', str(directive), '\n',)
    out += ('\nset -euo pipefail\n\n# The point of each task, and the sha256 of its script: another one may have been planned for other nodes.\npoints=(\n',)
    for point in view['points']:
        out += ("  '", str(point['value']), ' ', str(point['name']), "'\n",)
    out += (')\nread -r built point <<<"${points[SLURM_ARRAY_TASK_ID]}"\n\n# This script stands in the folder of the first point; Slurm runs a copy of it.\nbuild=$(dirname -- "${BASH_SOURCE[0]}")/..\nif [[ ! -r ${build}/relionc-runtime.sh ]]; then\n  build=${RELIONC_BUILD:-$(scontrol show job "${SLURM_JOB_ID}" | sed -n \'s|^ *Command=\\(.*\\)/[^/]*/[^/]*$|\\1|p;T;q\')}\nfi\nscript=${build}/${point}/run.sbatch\nif [[ ${RELIONC_EDITED-} != yes ]] && ! sha256sum --check --status <<<"${built}  ${script}"; then\n  echo "${point} was not started: ${script} is not what was submitted. Submit it again" >&2\n  exit 78\nfi\nexec bash "${script}"\n',)
    return "".join(out)


def gui_sh(view: WindowView) -> str:
    out: list[str] = []
    out += ('#!/bin/bash\n',)
    for line in view['header']:
        out += ('# ', str(line), '\n',)
    for directive in view['directives']:
        out += ('#SBATCH ', str(directive), '\n',)
    if view['environment']:
        out += ('\n# What this site needs before RELION.\n',)
        for line in view['environment']:
            out += (str(line), '\n',)
    out += ('\nset -eo pipefail\n',)
    if view['exports']:
        for export in view['exports']:
            out += ('export ', str(export['name']), '=', str(export['value']), '\n',)
    if view['hostfile']:
        out += ('\n',)
        if view['hostfile']['row']:
            out += ('# One row per ',)
            if view['hostfile']['ranked']:
                out += ('rank',)
            else:
                out += ('node',)
            out += (': ',)
            if view['hostfile']['shares']:
                out += ('as planned',)
            else:
                out += ('as many ranks as Slurm has tasks there',)
            out += ('.\n',)
        elif view['hostfile']['leader']:
            out += ('# One row per rank: the leader on the first node, then ', str(view['hostfile']['workers']), ' workers on every node.\n',)
        elif view['hostfile']['first']:
            out += ('# One row per rank: one on the first node, then ', str(view['hostfile']['workers']), ' on every node.\n',)
        else:
            out += ('# One row per rank: ', str(view['hostfile']['workers']), ' on every node.\n',)
        out += ('rows() {\n  local nodes',)
        if view['hostfile']['row']:
            out += (' n tasks',)
            if view['hostfile']['shares']:
                out += ('=(', str(view['hostfile']['shares']), ')',)
                if view['hostfile']['ranked']:
                    out += (' i',)
            else:
                out += ('=() part times i',)
            if view['hostfile']['numbered']:
                out += (' rank=0',)
        else:
            out += (' node i',)
        out += ('\n  mapfile -t nodes < <(scontrol show hostnames "${SLURM_JOB_NODELIST}")\n',)
        if view['hostfile']['row']:
            if (not view['hostfile']['shares']):
                out += ('  for part in ${SLURM_TASKS_PER_NODE//,/ }; do # as 5,4(x3)\n    times=1\n    if [[ ${part} = *x* ]]; then times=${part#*x}; fi\n    times=${times%)}\n    for ((i = 0; i < times; i++)); do tasks+=("${part%(*}"); done\n  done\n',)
            out += ('  for n in "${!nodes[@]}"; do\n',)
            if view['hostfile']['ranked']:
                out += ('    for ((i = 0; i < tasks[n]; i++)); do echo ', str(view['hostfile']['row']), '; done\n',)
            else:
                out += ('    echo ', str(view['hostfile']['row']), '\n',)
            out += ('  done\n',)
        else:
            if view['hostfile']['first']:
                out += ('  echo "${nodes[0]}"\n',)
            out += ('  for node in "${nodes[@]}"; do\n    for ((i = 0; i < ', str(view['hostfile']['workers']), '; i++)); do echo "${node}"; done\n  done\n',)
        out += ('}\n',)
    if view['hostfile']:
        out += ('mkdir -p ', str(view['folder']), 'relionc\nrows >', str(view['hostfile']['path']), '\n',)
    if view['guard']['launch']:
        out += ('\nlaunch() {\n',)
        if view['hostfile']:
            if view['hostfile']['variable']:
                out += ('  export ', str(view['hostfile']['variable']), '=', str(view['hostfile']['path']), '\n',)
            for name in view['hostfile']['unset']:
                out += ('  unset ', str(name), '\n',)
        for line in view['guard']['launch']:
            out += ('  ', str(line), '\n',)
        out += ('}\n',)
    out += ('\n', str(view['command']), '\n',)
    return "".join(out)


def qsub_sh(view: SiteTemplateView) -> str:
    out: list[str] = []
    out += ('#!/bin/bash\n',)
    for line in view['header']:
        out += ('# ', str(line), '\n',)
    for directive in view['directives']:
        out += ('#SBATCH ', str(directive), '\n',)
    if view['environment']:
        out += ('\n',)
        for line in view['environment']:
            out += (str(line), '\n',)
    out += ('\nset -eo pipefail\n: "${SLURM_CPUS_PER_TASK:=1}"\n',)
    for export in view['exports']:
        out += ('export ', str(export['name']), '=', str(export['value']), '\n',)
    for start in view['starts']:
        if start['condition']:
            out += ('\n', str(start['condition']), '\n',)
        out += ('export SRUN_CPUS_PER_TASK=$((', str(start['cpus']), '))\n',)
        for export in start['exports']:
            out += ('export ', str(export['name']), '=', str(export['value']), '\n',)
        if start['row']:
            out += ('\n# Where more tasks are allocated than there are ranks, the first node has one more rank than the others.\nwords=() tasks=()\nmapfile -t nodes < <(scontrol show hostnames "${SLURM_JOB_NODELIST}")\nothers=$((', str(view['ranks']), ' - 1))\nif ((SLURM_NTASKS > ', str(view['ranks']), ')); then\n  for n in "${!nodes[@]}"; do\n    tasks+=($((others / SLURM_JOB_NUM_NODES + (n < others % SLURM_JOB_NUM_NODES) + (n == 0))))\n  done\n  words=(', str(start['placing']), ')\n',)
            if start['variable']:
                out += ('  export ', str(start['variable']), '=', str(view['folder']), 'hostfile\n',)
            for name in start['unset']:
                out += ('  unset ', str(name), '\n',)
            if start['always']:
                out += ('else\n  for part in ${SLURM_TASKS_PER_NODE//,/ }; do # as 5,4(x3)\n    times=1\n    if [[ ${part} = *x* ]]; then times=${part#*x}; fi\n    times=${times%)}\n    for ((i = 0; i < times; i++)); do tasks+=("${part%(*}"); done\n  done\n',)
            out += ('fi\n',)
            if start['numbered']:
                out += ('rank=0\n',)
            out += ('for n in "${!tasks[@]}"; do\n',)
            if start['ranked']:
                out += ('  for ((i = 0; i < tasks[n]; i++)); do echo ', str(start['row']), '; done\n',)
            else:
                out += ('  echo ', str(start['row']), '\n',)
            out += ('done >', str(view['folder']), 'hostfile\n',)
        out += ('\n',)
        if start['condition']:
            out += ('start=(', str(start['launcher']), ')\n',)
        else:
            out += (str(start['launcher']), ' ', str(view['command']), '\n',)
    if view['end']:
        out += (str(view['end']), '\n"${start[@]}" ', str(view['command']), '\n',)
    return "".join(out)


def allocate_sh(view: AllocateView) -> str:
    out: list[str] = []
    out += ('#!/bin/bash\n',)
    for line in view['header']:
        out += ('# ', str(line), '\n',)
    out += ('\nset -euo pipefail\n\n',)
    for line in view['command']:
        out += (str(line), '\n',)
    return "".join(out)


def submit_sh(view: SubmitView) -> str:
    out: list[str] = []
    out += ('#!/bin/bash\n',)
    for line in view['header']:
        out += ('# ', str(line), '\n',)
    out += ('\nset -euo pipefail\nself=${BASH_SOURCE[0]}\nif [[ -L ${self} ]]; then self=$(readlink -f -- "${self}"); fi # a link to this script, from a folder without the build\nhere=$(CDPATH=\'\' cd -- "$(dirname -- "${self}")/" && pwd)\n\n# Only what was built is submitted: each file has to be what manifest.json says. RELIONC_EDITED=yes does without.\nif [[ ${RELIONC_EDITED-} != yes ]]; then\n  listed=$(sed -n \'s/^    "\\(.*\\)": {"sha256": "\\([0-9a-f]*\\)", "bytes": [0-9]*},\\{0,1\\}$/\\2  \\1/p\' "${here}/manifest.json")\n  if ! (cd -- "${here}" && sha256sum --check --strict --quiet <<<"${listed}") >&2; then\n    echo "nothing was submitted: this build is not whole. Build it again, or set RELIONC_EDITED=yes to submit your changes" >&2\n    exit 1\n  fi\nfi\n\n# What was submitted is kept, as `relionc submit` does: state/JOB/submitted has time, id and digest of\n# the script, and state/folder where it was submitted.\nexport RELIONC_BUILD=${here}\nmkdir -p -- "${here}/state"\nexec 9>>"${here}/state/lock"\nif command -v flock >/dev/null && ! flock -n 9; then\n  echo "nothing was submitted: ${here} is being submitted by another call" >&2\n  exit 1\nfi\n\ndigest() { sha256sum <"${here}/$1" | cut -c -64; }\nremember() { # JOB ID SCRIPT\n  mkdir -p -- "${here}/state/$1"\n  printf \'%(%s)T\\t%s\\t%s\\n\' -1 "$2" "$(digest "$3")" >>"${here}/state/$1/submitted"\n  pwd >"${here}/state/folder"\n}\n\n# Whether a job has ended well since it was submitted: as its script has noted, else by RELION\'s mark.\nended_well() { # JOB FOLDER ID\n  local status\n  status=$(awk -F \'\\t\' -v id="$3" \'$2 == id && ($4 == "start" || $4 == "end") { last = $4 == "end" ? $8 : "runs" } END { print last }\' \\\n    "$2/relionc/events.tsv" 2>/dev/null) || status=\n  [[ ${status} == 0 || (-z ${status} && ! "${here}/state/$1/submitted" -nt $2/RELION_JOB_EXIT_SUCCESS && -e $2/RELION_JOB_EXIT_SUCCESS) ]]\n}\n\n# Whether a job is left alone, being in the queue (then its id is known below) or finished.\nis_left_alone() { # JOB FOLDER SCRIPT\n  local number=\'\' built=\'\'\n  [[ ! -e ${here}/state/$1/submitted ]] || IFS=$\'\\t\' read -r _ number built < <(tail -n 1 -- "${here}/state/$1/submitted") || :\n  [[ -n ${number} ]] || return 1\n',)
    if view['queues']:
        out += ('  if [[ ${number} =~ ^[0-9]+(_[0-9]+)?$ ]]; then\n    local found\n    found=$(squeue -h -j "${number}" -o %T 2>&1) || [[ ${found} == *"Invalid job id"* ]] || {\n      echo "nothing was submitted: nobody can say whether $1 still runs: ${found}" >&2\n      exit 1\n    }\n    if [[ -n ${found} && ${found} != *"Invalid job id"* ]]; then\n      echo "$1 is in the queue already: job ${number}, ${found%%$\'\\n\'*}"\n      ids[$1]=${number} left=1\n      return 0\n    fi\n  fi\n',)
    out += ('  [[ ${built} == "$(digest "$3")" ]] && ended_well "$1" "$2" "${number}" || return 1\n  echo "$1 is finished already"\n}\n\n# What a job reads and no other one makes is there before it is submitted; where it is not, this is hardly the project folder.\n# RELIONC_INPUTS=later submits it all the same.\nneeds=()\nhas_inputs() { # JOB\n  local file\n  [[ ${RELIONC_INPUTS-} != later ]] || return 0\n  for file in ${needs[@]+"${needs[@]}"}; do\n    if [[ ! -r ${file} ]]; then\n      echo "nothing was submitted: $1 reads ${file}, which is not in ${PWD}: call this in the project folder" >&2\n      exit 1\n    fi\n  done\n}\n',)
    if view['queues']:
        out += ('\n# Slurm takes all jobs or none: where one is refused, those before it are cancelled.\n# Variables of a surrounding job would contradict what the scripts ask for.\nunset ', str(view['contradicting']), '\n# What sbatch reads from its environment counts more than what a script says.\nfor name in "${!SBATCH_@}"; do\n  echo "warning: ${name} is set, and sbatch takes it in place of what the scripts say" >&2\ndone\ndeclare -A ids=()\nqueued=() jobs=() held=() said=\'\' left=0\nundo() {\n  [[ -n ${queued[*]-} ]] || return 0\n  scancel "${queued[@]}" && for job in "${jobs[@]}"; do sed -i \'$d\' "${here}/state/${job}/submitted"; done\n  echo "nothing was submitted; what was queued before was cancelled: ${queued[*]}" >&2\n}\ntrap undo EXIT\n',)
        if view['numbered']:
            out += ('\n# A job with a number is one of the RELION project: the guard\'s file has how that is said in its table.\nnumbered=() folders=()\nin_project() { # CALL JOB FOLDER\n  [[ -s ${here}/$2/job_pipeline.star && ${3%/} =~ ^(.*/)?([A-Za-z0-9_]+/job[0-9]+)$ ]] || return 0\n  local project=${BASH_REMATCH[1]:-.} job=${BASH_REMATCH[2]}\n  # shellcheck source=/dev/null\n  (. "${here}/relionc-runtime.sh" && relionc_of_submit "${here}" "$2" "${job}" && cd -- "${project}" && "relionc_$1")\n}\nis_free() { # JOB FOLDER\n  local other\n  other=$(in_project number_taken "$@") || other=\n  if [[ -n ${other} ]]; then\n    echo "nothing was submitted: $1 is to write to $2, but the project has ${other}: raise \\`first_job\\`" >&2\n    exit 1\n  fi\n  numbered+=("$1") folders+=("$2")\n}\n# None has started yet. Where RELION works in the project, it may lose a row that is new: it is looked for again.\nscheduled() {\n  local round new=1 i\n  for ((round = 0; round < 5 && new; round++)); do\n    ((round == 0)) || sleep 4\n    new=0\n    for i in "${!numbered[@]}"; do\n      in_project scheduled "${numbered[i]}" "${folders[i]}" || case $? in 3) new=1 ;; *) return 0 ;; esac\n    done\n  done\n}\n',)
        out += ('\n',)
        if view['tables']:
            out += ("first='' behind='' # of points in a table: the number of the first one of an array, and the array before it\n",)
        out += ("# hand_over AFTER SCRIPT COMMAND...: queues a script behind the jobs that have to end well before; sets id.\nhand_over() {\n  local after=$1 script=$2 ids_before='' words=() hold=() other\n  shift 2\n",)
        if view['held']:
            out += ('  hold=(--hold)\n',)
        out += ('  for other in ${after}; do\n    [[ -z ${ids[${other}]-} ]] || ids_before+=${ids_before:+:}${ids[${other}]}\n',)
        if view['held']:
            out += ('    [[ " ${jobs[*]-} " != *" ${other} "* ]] || hold=() # it waits for one that is held\n',)
        out += ('  done\n  [[ -z ${ids_before} ]] || words=(', str(view['dependency']), ')\n',)
        if view['tables']:
            out += ('  if [[ -n ${behind} ]]; then words[0]=${words[0]:---dependency=}${words[0]:+,}afterany:${behind}; fi\n',)
        out += ('  # (Before bash 4.4 an empty array is an unset variable.)\n  id=$("$@" ${hold[@]+"${hold[@]}"} ${words[@]+"${words[@]}"} "${here}/${script}"',)
        if view['tables']:
            out += (' ${first:+"${first}"}',)
        out += (')\n  id=${id##*$\'\\n\'} id=${id%%;*}\n  if [[ ! ${id} =~ ^[0-9]+$ ]]; then\n    echo "sbatch has not said which job ${job} is" >&2\n    exit 1\n  fi\n  queued+=("${id}")\n  [[ -z ${hold[*]-} ]] || held+=("${id}")\n}\n\n# queued_as JOB ID SCRIPT\nqueued_as() {\n  jobs+=("$1") ids[$1]=$2 said+="$1 $2"$\'\\n\'\n  remember "$@"\n}\n\nqueue() { # JOB FOLDER SCRIPT AFTER COMMAND...\n  local job=$1 folder=$2 script=$3 after=$4 id\n  shift 4\n  ! is_left_alone "${job}" "${folder}" "${script}" || return 0\n  has_inputs "${job}"\n',)
        if view['numbered']:
            out += ('  is_free "${job}" "${folder}"\n',)
        out += ('  mkdir -p -- "${folder}"\n  hand_over "${after}" "${script}" "$@"\n  queued_as "${job}" "${id}" "${script}"\n}\n',)
        if view['arrays']:
            out += ('\n# The tasks of a job array are gathered, those left out that are left alone, and queued together.\ntasks=() points=() scripts=()\ntask() { # JOB FOLDER SCRIPT NUMBER\n  ! is_left_alone "$1" "$2" "$3" || return 0\n  has_inputs "$1"\n',)
            if view['numbered']:
                out += ('  is_free "$1" "$2"\n',)
            out += ('  mkdir -p -- "$2"\n  tasks+=("$4") points+=("$1") scripts+=("$3")\n}\nqueue_tasks() { # ARRAY LIMIT AFTER COMMAND...\n  local job=$1 script=$1 limit=$2 after=$3 id i list\n  shift 3\n  [[ -n ${tasks[*]-} ]] || return 0\n  list=$(IFS=, && echo "${tasks[*]}")\n  hand_over "${after}" "${script}" "$@" "--array=${list}${limit:+%${limit}}"\n  for i in "${!tasks[@]}"; do queued_as "${points[i]}" "${id}_${tasks[i]}" "${scripts[i]}"; done\n  tasks=() points=() scripts=()\n}\n',)
        if view['tables']:
            out += ('\n# ranges NUMBER...: ascending numbers as Slurm writes them: 0-4,7\nranges() {\n  local from=$1 to=$1 said=\'\' number\n  shift\n  for number in "$@" \'\'; do\n    if [[ -n ${number} ]] && ((number == to + 1)); then to=${number} && continue; fi\n    said+=${said:+,}${from}\n    if ((to > from)); then said+=-${to}; fi\n    from=${number} to=${number}\n  done\n  echo "${said}"\n}\n\n# The last submission of each point of a table, as number, id and digest: state/JOB/submitted has them as 1234_[0-4,7]+1000, with\n# the number of the first point of the array.\nsubmitted_points() { # JOB\n  [[ -e ${here}/state/$1/submitted ]] || return 0\n  awk -F \'\\t\' \'\n    $2 ~ /^[0-9]+_\\[[0-9,-]+\\](\\+[0-9]+)?$/ {\n      split($2, part, /_\\[|\\]\\+?/)\n      many = split(part[2], range, ",")\n      for (i = 1; i <= many; i++) {\n        ends = split(range[i], end, "-")\n        for (task = end[1] + 0; task <= end[ends] + 0; task++) {\n          id[part[3] + task] = part[1] "_" task\n          digest[part[3] + task] = $3\n        }\n      }\n    }\n    END { for (point in id) print point "\\t" id[point] "\\t" digest[point] }\n  \' "${here}/state/$1/submitted"\n}\n\n# Points of a table are queued in arrays, those left out that are in the queue, or finished since the script of now was submitted.\n# Where only some may run at once, an array waits for the one before it.\nof_points=()\nqueue_points() { # JOB SCRIPT POINTS TASKS LIMIT AFTER COMMAND...\n  local job=$1 script=$2 many=$3 size=$4 limit=$5 after=$6 id built point number task list found=\'\' finished=0 waiting=0 first=\'\' behind=\'\' all=\'\'\n  local -A in_queue=() id_of=() digest_of=()\n  local tasks=() arrays=()\n  shift 6\n  built=$(digest "${script}")\n  while IFS=$\'\\t\' read -r point number task; do\n    id_of[${point}]=${number} digest_of[${point}]=${task} arrays[${number%_*}]=1\n  done < <(submitted_points "${job}")\n  if [[ -n ${arrays[*]-} ]]; then\n    list="${!arrays[*]}"\n    found=$(squeue -h -r -j "${list// /,}" -o %i 2>&1) || [[ ${found} == *"Invalid job id"* ]] || {\n      echo "nothing was submitted: nobody can say whether points of ${job} still run: ${found}" >&2\n      exit 1\n    }\n    for number in ${found}; do in_queue[${number}]=1; done\n  fi\n  has_inputs "${job}"\n  for ((point = 0; point <= many; point++)); do\n    if [[ -n ${tasks[*]-} ]] && ((point % size == 0 || point == many)); then\n      list=$(ranges "${tasks[@]}") tasks=()\n      hand_over "${after}" "${script}" "$@" "--array=${list}${limit:+%${limit}}"\n      queued_as "${job}" "${id}_[${list}]${first:++${first}}" "${script}"\n      all+=${all:+:}${id}\n      [[ -z ${limit} ]] || behind=${id}\n    fi\n    ((point < many)) || break\n    ((point % size != 0 || point == 0)) || first=${point}\n    number=${id_of[${point}]-}\n    if [[ -n ${number} && -n ${in_queue[${number}]-} ]]; then\n      waiting=$((waiting + 1)) all+=${all:+:}${number}\n    elif [[ -n ${number} && ${digest_of[${point}]} == "${built}" && -e ${of_points[point]}/relionc/finished ]]; then\n      finished=$((finished + 1))\n    else\n      tasks+=($((point % size)))\n    fi\n  done\n  if ((waiting + finished > 0)); then\n    echo "${job}: of ${many} points ${finished} are finished already, ${waiting} are in the queue"\n    ((waiting == 0)) || left=1\n  fi\n  # (sbatch takes no list of thousands of tasks.)\n  ((waiting <= 1000)) || all=$(tr : \'\\n\' <<<"${all}" | sed \'s/_.*//\' | sort -un | paste -s -d :)\n  ids[${job}]=${all}\n  of_points=()\n}\n',)
    else:
        out += ('\nrun() { # JOB FOLDER SCRIPT\n  ! is_left_alone "$@" || return 0\n  has_inputs "$1"\n  echo "$1"\n  mkdir -p -- "$2"\n  (remember "$1" "local-${BASHPID}" "$3" && exec bash "${here}/$3" 9>&-)\n}\n',)
    out += ('\n',)
    for job in view['jobs']:
        if job['command']:
            out += ('needs=(', str(job['inputs']), ')\n',)
            if job['task']:
                out += ('task ', str(job['name']), ' ', str(job['output']), ' ', str(job['script']), ' ', str(job['task']), '\n',)
                if job['array']:
                    out += ('queue_tasks ', str(job['array']), " '", str(job['limit']), "' '", str(job['after']), "' ", str(job['command']), '\n',)
            elif job['table']:
                out += ("while IFS=$'\\t' read -r point _; do of_points+=(", str(job['output']), '); done < <(tail -n +2 -- "${here}/', str(job['table']), '")\nqueue_points ', str(job['name']), ' ', str(job['script']), ' ', str(job['points']), ' ', str(job['tasks']), " '", str(job['limit']), "' '", str(job['after']), "' ", str(job['command']), '\n',)
            elif job['queued']:
                out += ('queue ', str(job['name']), ' ', str(job['output']), ' ', str(job['script']), " '", str(job['after']), "' ", str(job['command']), '\n',)
            else:
                out += ('run ', str(job['name']), ' ', str(job['output']), ' ', str(job['script']), '\n',)
        else:
            out += ('echo ', str(job['note']), '\n',)
    if view['queues']:
        out += ('\n',)
        if view['numbered']:
            out += ('scheduled\n',)
        out += ('[[ -z ${held[*]-} ]] || scontrol release "${held[@]}"\ntrap - EXIT\nprintf \'%s\' "${said}"\nif [[ ${left} == 1 && -z ${queued[*]-} ]]; then\n  echo "nothing was submitted: all that is left is in the queue already" >&2\n  exit 1\nfi\n',)
    return "".join(out)


JOB_SCRIPTS: dict[str, Callable[[ScriptView], str]] = {
    'run.sbatch': run_sbatch,
    'run.sh': run_sh,
}
