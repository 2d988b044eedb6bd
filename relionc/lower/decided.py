"""What the plan decides, back under RELION's own option names."""

from __future__ import annotations

from relionc.catalog.queue import load_queue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from relionc.catalog.types import JobType
    from relionc.expr import AnyText
    from relionc.plan.model import JobPlan


def options(
    plan: JobPlan, *, queued: bool, environment: Mapping[str, str] | None = None
) -> dict[str, AnyText]:
    """Return RELION's text for every option of the job, with the plan's values in their places.

    `queued`: the job goes through Slurm. `environment`: the site's variables, of which RELION's window takes defaults.
    """
    texts = {**plan.job.options}
    if queued:
        texts |= _of_queue(plan)
    texts |= of_site(plan.job.type, plan.job.given, environment or {})
    values: dict[str, AnyText] = {
        "ranks": str(plan.ntasks),
        "threads": str(plan.threads),
        # What the user asks for stays, for RELION to refuse where it does.
        "use_gpu": "Yes" if _uses_gpus(plan) else "No",
        "gpu_ids": plan.gpus.ids,
        "scratch_dir": plan.scratch.folder,
        # RELION refuses a job of many ranks that is not for a queue.
        "queue": "Yes" if queued else "No",
    }
    for role, text in values.items():
        option = plan.job.type.option_of_role(role)
        if option is not None:
            texts[option.key] = text
    return texts


def _of_queue(plan: JobPlan) -> dict[str, AnyText]:
    """Return what RELION's window is to know of the queue: the partition, and no template that another site has."""
    values = {"queue": plan.workers.partition, "template": ""}
    names = {role: load_queue(plan.job.type.version).options[role][0] for role in values}
    return {
        names[role]: text
        for role, text in values.items()
        if names[role] in plan.job.type.options and names[role] not in plan.job.given
    }


def of_site(job_type: JobType, given: Container[str], environment: Mapping[str, str]) -> dict[str, AnyText]:
    """Return the options that a site's variables give, and the user has not; a reference to others is no path."""
    return {
        option.key: environment[option.variable]
        for option in job_type.options.values()
        if option.variable in environment
        and option.key not in given
        and "$" not in environment[option.variable]
    }


def _uses_gpus(plan: JobPlan) -> bool:
    option, pin = plan.job.type.option_of_role("use_gpu"), plan.job.resources.use_gpu
    if option is None or plan.job.options[option.key] == "Yes":
        return plan.gpus.used or (pin is not None and pin.value)
    return False
