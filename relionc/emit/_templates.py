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
    if view['environment']:
        out += ('\n# What this site needs before RELION; module functions may read unset variables.\nset +u\n',)
        for line in view['environment']:
            out += (str(line), '\n',)
        out += ('set -u\n',)
    if view['exports']:
        out += ('\n',)
        for export in view['exports']:
            out += ('export ', str(export['name']), '=', str(export['value']), '\n',)
    out += ('\n',)
    if view['project']:
        out += ("CDPATH='' cd -- ", str(view['project']), '\n',)
    out += ('mkdir -p -- ', str(view['output']), '\n',)
    if view['tell']:
        out += ('echo ', str(view['tell']), '\n',)
    out += ('exec >>', str(view['run_out']), ' 2>>', str(view['run_err']), '\n',)
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
        if view['hostfile']['nodes']:
            out += ('if [[ ${SLURM_JOB_NUM_NODES} -ne ', str(view['hostfile']['nodes']), ' ]]; then\n  echo "planned for ', str(view['hostfile']['nodes']), ' nodes, but this allocation has ${SLURM_JOB_NUM_NODES}" >&2\n  exit 1\nfi\n',)
        out += ('nodelist=$(scontrol show hostnames "${SLURM_JOB_NODELIST}")\nmapfile -t nodes <<<"${nodelist}"\n',)
        if view['hostfile']['row']:
            if view['hostfile']['shares']:
                out += ('tasks=(', str(view['hostfile']['shares']), ')\n',)
            else:
                out += ('tasks=()\nfor part in ${SLURM_TASKS_PER_NODE//,/ }; do # as 5,4(x3)\n  times=1\n  if [[ ${part} = *x* ]]; then times=${part#*x}; fi\n  times=${times%)}\n  for ((i = 0; i < times; i++)); do tasks+=("${part%(*}"); done\ndone\n',)
            if view['hostfile']['numbered']:
                out += ('rank=0\n',)
            out += ('for n in "${!nodes[@]}"; do\n',)
            if view['hostfile']['ranked']:
                out += ('  for ((i = 0; i < tasks[n]; i++)); do echo ', str(view['hostfile']['row']), '; done\n',)
            else:
                out += ('  echo ', str(view['hostfile']['row']), '\n',)
            out += ('done >', str(view['hostfile']['path']), '\n',)
        else:
            out += ('{\n',)
            if view['hostfile']['first']:
                out += ('  echo "${nodes[0]}"\n',)
            out += ('  for node in "${nodes[@]}"; do\n    for ((i = 0; i < ', str(view['hostfile']['workers']), '; i++)); do echo "${node}"; done\n  done\n} >', str(view['hostfile']['path']), '\n',)
        if view['hostfile']['variable']:
            out += ('export ', str(view['hostfile']['variable']), '=', str(view['hostfile']['path']), '\n',)
        for name in view['hostfile']['unset']:
            out += ('unset ', str(name), '\n',)
    for step in view['steps']:
        out += ('\n',)
        for line in step:
            out += (str(line), '\n',)
    return "".join(out)


def run_sh(view: ScriptView) -> str:
    out: list[str] = []
    out += ('#!/bin/bash\n',)
    for line in view['header']:
        out += ('# ', str(line), '\n',)
    out += ('\nset -euo pipefail\n',)
    if view['needs']:
        out += ('if [[ ! -v ', str(view['needs']), ' ]]; then\n  echo ', str(view['needs_help']), ' >&2\n  exit 1\nfi\n',)
    if view['environment']:
        out += ('\n# What this site needs before RELION; module functions may read unset variables.\nset +u\n',)
        for line in view['environment']:
            out += (str(line), '\n',)
        out += ('set -u\n',)
    if view['exports']:
        out += ('\n',)
        for export in view['exports']:
            out += ('export ', str(export['name']), '=', str(export['value']), '\n',)
    out += ('\n',)
    if view['project']:
        out += ("CDPATH='' cd -- ", str(view['project']), '\n',)
    out += ('mkdir -p -- ', str(view['output']), '\n',)
    if view['tell']:
        out += ('echo ', str(view['tell']), '\n',)
    out += ('exec >>', str(view['run_out']), ' 2>>', str(view['run_err']), '\n',)
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
        if view['hostfile']['nodes']:
            out += ('if [[ ${SLURM_JOB_NUM_NODES} -ne ', str(view['hostfile']['nodes']), ' ]]; then\n  echo "planned for ', str(view['hostfile']['nodes']), ' nodes, but this allocation has ${SLURM_JOB_NUM_NODES}" >&2\n  exit 1\nfi\n',)
        out += ('nodelist=$(scontrol show hostnames "${SLURM_JOB_NODELIST}")\nmapfile -t nodes <<<"${nodelist}"\n',)
        if view['hostfile']['row']:
            if view['hostfile']['shares']:
                out += ('tasks=(', str(view['hostfile']['shares']), ')\n',)
            else:
                out += ('tasks=()\nfor part in ${SLURM_TASKS_PER_NODE//,/ }; do # as 5,4(x3)\n  times=1\n  if [[ ${part} = *x* ]]; then times=${part#*x}; fi\n  times=${times%)}\n  for ((i = 0; i < times; i++)); do tasks+=("${part%(*}"); done\ndone\n',)
            if view['hostfile']['numbered']:
                out += ('rank=0\n',)
            out += ('for n in "${!nodes[@]}"; do\n',)
            if view['hostfile']['ranked']:
                out += ('  for ((i = 0; i < tasks[n]; i++)); do echo ', str(view['hostfile']['row']), '; done\n',)
            else:
                out += ('  echo ', str(view['hostfile']['row']), '\n',)
            out += ('done >', str(view['hostfile']['path']), '\n',)
        else:
            out += ('{\n',)
            if view['hostfile']['first']:
                out += ('  echo "${nodes[0]}"\n',)
            out += ('  for node in "${nodes[@]}"; do\n    for ((i = 0; i < ', str(view['hostfile']['workers']), '; i++)); do echo "${node}"; done\n  done\n} >', str(view['hostfile']['path']), '\n',)
        if view['hostfile']['variable']:
            out += ('export ', str(view['hostfile']['variable']), '=', str(view['hostfile']['path']), '\n',)
        for name in view['hostfile']['unset']:
            out += ('unset ', str(name), '\n',)
    for step in view['steps']:
        out += ('\n',)
        for line in step:
            out += (str(line), '\n',)
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
