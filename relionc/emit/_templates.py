"""The shipped templates as functions. Made by tools/build_templates.py: do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from relionc.emit.views import AllocateView, ScriptView, SubmitView


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
    out += ('\n# What relionc-runtime.sh has to know to guard this job. It stands in the folder of the build; of this script, Slurm runs a copy.\ndeclare -A plan=(\n',)
    for fact in view['guard']['facts']:
        out += ('  [', str(fact['name']), ']=', str(fact['value']), '\n',)
    out += (')\ninputs=(', str(view['guard']['inputs']), ')\nresults=(', str(view['guard']['results']), ')\nwrapper=(', str(view['guard']['wrapper']), ')\nbuild=$(dirname -- "${BASH_SOURCE[0]}")/..\nif [[ ! -r ${build}/relionc-runtime.sh ]]; then\n  build=${RELIONC_BUILD:-$(scontrol show job "${SLURM_JOB_ID:-}" | sed -n \'s|^ *Command=\\(.*\\)/[^/]*/[^/]*$|\\1|p;T;q\')}\nfi\n. "${build}/relionc-runtime.sh" || { echo "relionc-runtime.sh is not in \'${build}\': name the folder of this build in RELIONC_BUILD" >&2; exit 78; }\nrelionc_begin\n',)
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
        out += ('rows() {\n  local nodes node i',)
        if view['hostfile']['row']:
            out += (' n tasks',)
            if view['hostfile']['shares']:
                out += ('=(', str(view['hostfile']['shares']), ')',)
            else:
                out += ('=() part times',)
            if view['hostfile']['numbered']:
                out += (' rank=0',)
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
    out += ('\n# What relionc-runtime.sh has to know to guard this job. It stands in the folder of the build; of this script, Slurm runs a copy.\ndeclare -A plan=(\n',)
    for fact in view['guard']['facts']:
        out += ('  [', str(fact['name']), ']=', str(fact['value']), '\n',)
    out += (')\ninputs=(', str(view['guard']['inputs']), ')\nresults=(', str(view['guard']['results']), ')\nwrapper=(', str(view['guard']['wrapper']), ')\nbuild=$(dirname -- "${BASH_SOURCE[0]}")/..\nif [[ ! -r ${build}/relionc-runtime.sh ]]; then\n  build=${RELIONC_BUILD:-$(scontrol show job "${SLURM_JOB_ID:-}" | sed -n \'s|^ *Command=\\(.*\\)/[^/]*/[^/]*$|\\1|p;T;q\')}\nfi\n. "${build}/relionc-runtime.sh" || { echo "relionc-runtime.sh is not in \'${build}\': name the folder of this build in RELIONC_BUILD" >&2; exit 78; }\nrelionc_begin\n',)
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
        out += ('rows() {\n  local nodes node i',)
        if view['hostfile']['row']:
            out += (' n tasks',)
            if view['hostfile']['shares']:
                out += ('=(', str(view['hostfile']['shares']), ')',)
            else:
                out += ('=() part times',)
            if view['hostfile']['numbered']:
                out += (' rank=0',)
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
    out += ('\nset -euo pipefail\nhere=$(CDPATH=\'\' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/" && pwd)\n\n# Only what was built is submitted: each file has to be what manifest.json says. RELIONC_EDITED=yes does without.\nif [[ ${RELIONC_EDITED-} != yes ]]; then\n  listed=$(sed -n \'s/^    "\\(.*\\)": {"sha256": "\\([0-9a-f]*\\)", "bytes": [0-9]*},\\{0,1\\}$/\\2  \\1/p\' "${here}/manifest.json")\n  if ! (cd -- "${here}" && sha256sum --check --strict --quiet <<<"${listed}") >&2; then\n    echo "nothing was submitted: this build is not whole. Build it again, or set RELIONC_EDITED=yes to submit your changes" >&2\n    exit 1\n  fi\nfi\n',)
    for job in view['jobs']:
        out += ('\n',)
        if job['command']:
            out += ('mkdir -p -- ', str(job['output']), '\n',)
            if job['queued']:
                out += ('id_', str(job['number']), '=$(', str(job['command']), str(job['dependency']), ' "${here}"/', str(job['script']), ')\nid_', str(job['number']), '=${id_', str(job['number']), '%%;*}\necho ', str(job['name']), ' "${id_', str(job['number']), '}"\n',)
            else:
                out += ('echo ', str(job['name']), '\n', str(job['command']), ' "${here}"/', str(job['script']), '\n',)
        else:
            out += ('echo ', str(job['note']), '\n',)
    return "".join(out)


JOB_SCRIPTS: dict[str, Callable[[ScriptView], str]] = {
    'run.sbatch': run_sbatch,
    'run.sh': run_sh,
}
