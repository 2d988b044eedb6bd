"""What the plan decides, back under RELION's own option names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relionc.expr import AnyText
    from relionc.plan.model import JobPlan


def options(plan: JobPlan, *, queued: bool) -> dict[str, AnyText]:
    """Return RELION's text for every option of the job, with the plan's values in their places.

    `queued`: the job goes through Slurm.
    """
    texts = dict(plan.job.options)
    values: dict[str, AnyText] = {
        "ranks": str(plan.ntasks),
        "threads": str(plan.threads),
        "use_gpu": "Yes" if plan.gpus.used else "No",
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
