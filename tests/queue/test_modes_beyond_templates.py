"""A template of RELION's says one group of tasks and one launcher: layouts that need more are refused."""

from __future__ import annotations

import pytest
from site_templates import SPEC, WHOLE

from relionc.lower import commands, decided
from relionc.pipeline import Disk, Request, compile_spec
from relionc.plan.model import HETJOB, HOMOGENEOUS_PLUS_1, ONE_TASK_PER_NODE
from relionc.queue_template import plans as plans_in_template
from relionc.spec.model import Pin


def nothing(path: str) -> bytes:
    raise FileNotFoundError(path)


def filled(mode: str) -> plans_in_template.Filled:
    """Fill in the template for the spec's job, as if the solver had found this mode."""
    result = compile_spec(Request("site.yaml", SPEC.encode()), Disk(nothing, lambda *_: None))
    assert result.cluster is not None
    (plan,) = result.plans
    job = plan.job._replace(layout=Pin(mode, ("jobs", "fine", "layout")))
    texts = plans_in_template.options(plan, decided.options(plan, queued=True))
    made = commands.relion_commands(job.type, texts, output=job.output, is_continue=False)
    template = plans_in_template.Template(WHOLE, {})
    plans = [plan._replace(mode=mode, job=job)]
    return plans_in_template.fill(plans, {"fine": texts}, {"fine": made}, template, result.cluster)


@pytest.mark.parametrize(
    ("mode", "why"), [(HETJOB, "second group of nodes"), (ONE_TASK_PER_NODE, "several ranks in one task")]
)
def test_a_layout_that_a_template_cannot_say_is_refused(mode: str, why: str) -> None:
    done = filled(mode)
    (finding,) = done.of_jobs
    assert done.scripts == {}
    assert (finding.code, finding.route) == ("RL714", ("jobs", "fine", "layout"))
    assert mode in finding.message
    assert why in finding.message


def test_the_usual_layouts_are_not() -> None:
    done = filled(HOMOGENEOUS_PLUS_1)
    assert (list(done.scripts), done.of_jobs) == (["fine"], ())
