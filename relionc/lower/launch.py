"""How the commands of a job are started, and how their ranks are placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.diag import Finding
from relionc.ir import HostfileRule, Step, Word
from relionc.lower.words import profile_word, reference, word
from relionc.plan.model import HOMOGENEOUS_PLUS_1

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relionc.ir import CommandLine
    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster, Launcher


def launcher_of(plan: JobPlan, cluster: Cluster, *, parallel: bool = True) -> Launcher | None:
    """Return what starts a command of the job; None: the program is run bare."""
    if not parallel:
        return cluster.launchers.get("serial")
    use = "interactive" if plan.job.interactive else "batch"
    return cluster.launchers.get(use) or cluster.launchers.get("batch")


def hostfile_rule(plan: JobPlan, cluster: Cluster) -> HostfileRule | None:
    """Return the hostfile that a homogeneous+1 script writes; None where the placement needs none."""
    launcher = launcher_of(plan, cluster)
    if not _by_hostfile(plan, cluster) or launcher is None or not launcher.arbitrary:
        return None
    return HostfileRule(
        nodes=plan.nodes,
        workers_per_node=plan.slots // plan.nodes - 1,
        leader_first=True,
        path=hostfile_path(plan),
        variable=launcher.hostfile_variable,
        unset=launcher.unset,
    )


def _by_hostfile(plan: JobPlan, cluster: Cluster) -> bool:
    """Tell whether ranks must be placed one by one; an interactive job has one node, so it need not."""
    return plan.mode == HOMOGENEOUS_PLUS_1 and cluster.scheduler == "slurm" and not plan.job.interactive


def hostfile_path(plan: JobPlan) -> Word:
    """Return where the script writes its hostfile: beside the output, one per Slurm job."""
    return (*word(plan.job.output), "hostfile.", reference("SLURM_JOB_ID"))


def hostfile_rows(plan: JobPlan, hosts: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return one row per rank: its pinned host if there is one for every node, else `node[0]` and so on."""
    if len(hosts) == plan.nodes:
        return tuple(hosts[rank.node] for rank in plan.ranks)
    return tuple(f"node[{rank.node}]" for rank in plan.ranks)


def steps(plan: JobPlan, commands: Iterable[tuple[CommandLine, bool]], cluster: Cluster) -> tuple[Step, ...]:
    """Return each command with its launcher's words in front."""
    rule = hostfile_rule(plan, cluster)
    made = []
    for command, parallel in commands:
        launcher = launcher_of(plan, cluster, parallel=parallel)
        texts = _launcher_texts(launcher, rule, parallel=parallel) if launcher else ()
        made.append(Step(tuple(_filled(text, plan) for text in texts), command))
    return tuple(made)


def _launcher_texts(launcher: Launcher, rule: HostfileRule | None, *, parallel: bool) -> tuple[str, ...]:
    """Return a launcher's words; once a hostfile is exported, srun would follow it for serial commands too."""
    if rule is None:
        return launcher.argv
    if parallel:
        return launcher.argv + launcher.arbitrary
    return ("env", "-u", rule.variable, *launcher.argv) if rule.variable else launcher.argv


def _filled(text: str, plan: JobPlan) -> Word:
    """Return a launcher's word with its placeholders filled in."""
    if "{hostfile}" in text:
        before, _, after = text.partition("{hostfile}")
        return (*_filled(before, plan), *hostfile_path(plan), *_filled(after, plan))
    for name, value in (
        ("ntasks", plan.ntasks),
        ("cpus_per_task", plan.cpus_per_task),
        ("nodes", plan.nodes),
    ):
        text = text.replace(f"{{{name}}}", str(value))
    return profile_word(text)


def cannot_place(plan: JobPlan, cluster: Cluster) -> Iterable[Finding]:
    """Yield a finding when the plan needs ranks placed one by one and the profile's launcher cannot."""
    launcher = launcher_of(plan, cluster)
    if _by_hostfile(plan, cluster) and plan.nodes > 1 and (launcher is None or not launcher.arbitrary):
        name = launcher.name if launcher else "(none)"
        yield Finding(
            code="RL651",
            message=f"the launcher `{name}` of cluster `{cluster.name}` cannot place ranks by a hostfile, "
            f"which homogeneous+1 on {plan.nodes} nodes needs",
            route=plan.job.layout.route if plan.job.layout else plan.job.route,
            help="use `layout: homogeneous`, one node, or give the launcher `arbitrary` words in the profile",
        )
