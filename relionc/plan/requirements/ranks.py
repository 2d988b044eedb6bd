"""How many ranks a program can have."""

from __future__ import annotations

from functools import cache
from math import inf

from relionc.plan.requirements.record import (
    OF_NODES,
    OF_RANKS,
    UP,
    UP_RANKS,
    Bound,
    Excess,
    Measure,
    Requirement,
    always,
    only_if,
    steady,
    unless,
)
from relionc.plan.words import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.catalog.types import RankRule
    from relionc.plan.demand import LocalLimit
    from relionc.plan.layout import Layout
    from relionc.plan.on_site import DemandOnSite


def _rules(on_site: DemandOnSite) -> Iterator[Measure]:
    for i, rule in enumerate(on_site.demand.rank_rules):
        yield from _rule(i, rule.minimum, rule.maximum, rule.odd)


@cache
def _rule(number: int, minimum: int, maximum: int | None, odd: bool) -> tuple[Measure, ...]:
    most = inf if maximum is None else maximum
    within = Measure(OF_RANKS, lambda c: c.ranks, UP_RANKS, low=minimum, high=most, rule=number)
    parity = Measure(OF_RANKS, lambda c: (c.ranks + 1) % 2, period={"nodes_or_tasks": 2}, rule=number)
    return steady(within, parity) if odd else steady(within)


def rank_rule(on_site: DemandOnSite, label: str) -> RankRule | LocalLimit | None:
    """Return the rule of a demand that a label stands for, if it stands for one."""
    number = label.removeprefix(f"{RANKS.label}:")
    return None if number == label else on_site.demand.rank_rules[int(number)]


def _broken_rule(layout: Layout) -> str:
    for rule in layout.choice.on_site.demand.rank_rules:
        if is_broken(rule, layout.ntasks):
            return f"{rule.message}; this asks for {layout.ntasks}"
    return f"{layout.ntasks} MPI ranks are not possible for this job"


def is_broken(rule: RankRule | LocalLimit, ntasks: int) -> bool:
    """Whether a number of ranks breaks a bound that RELION enforces at run time."""
    too_many = rule.maximum is not None and ntasks > rule.maximum
    return ntasks < rule.minimum or too_many or (rule.odd and ntasks % 2 == 0)


def _workers(layout: Layout) -> int:
    return layout.ntasks - (layout.choice.on_site.demand.leader and layout.ntasks > 1)


RANKS = Requirement(
    "need:ranks",
    Excess(
        "R below, above or of the wrong parity for rule N of the job type; above RELION's limit without a queue",
        "ranks",
        "RELION's source, named in the catalogue",
    ),
    _rules,
    "RELION's own bound on the number of MPI ranks",
    _broken_rule,
    "RL211",
)
SERIAL = Requirement(
    "need:serial",
    Excess("ranks beyond one, for a program without MPI", "ranks", "catalogue"),
    only_if(lambda on_site: on_site.demand.serial, Measure(OF_RANKS, lambda c: c.ranks - 1, UP_RANKS)),
    "the program is one process",
    lambda it: f"this program runs as one process, without MPI; {plural(it.ntasks, 'rank')} are asked for",
    "RL212",
    "leave the number of ranks out",
)
ITEMS = Requirement(
    "need:items",
    Excess(
        "W over the items (particles, micrographs, tilt series) that are divided among workers",
        "ranks",
        "`data:` or the input's header",
    ),
    only_if(
        lambda on_site: on_site.demand.items is not None,
        Measure(OF_RANKS, lambda c: c.workers - (c.on_site.demand.items or 0), UP_RANKS),
    ),
    "no more ranks than items",
    lambda it: (
        f"{plural(_workers(it), 'worker')} for {it.choice.on_site.demand.items} items: the others would compute nothing"
    ),
    "RL217",
    "fewer ranks: one beyond the number of items computes nothing",
)
ONE_NODE = Requirement(
    "need:one_node",
    Excess("nodes beyond one of an interactive job", "nodes", "the interactive launcher"),
    only_if(
        lambda on_site: on_site.demand.interactive,
        Measure(
            OF_NODES,
            lambda c: c.nodes - 1,
            UP,
            floors=(Bound(("mode", "nodes_or_tasks"), lambda c: c.min_nodes - 1, UP),),
        ),
    ),
    "interactive: one node",
    lambda it: f"an interactive job runs on one node; this asks for {it.nodes}",
    "RL214",
    "ask for one node, or drop `interactive`",
)
MODE = Requirement(
    "need:mode",
    Excess(
        "heterogeneous with GPUs; a hetjob without a leader or without GPUs; hetjob or one-task-per-node and "
        "interactive",
        "",
        "GPUs are asked for by node",
    ),
    always(Measure(("mode",), unless(lambda c: c.mode.suits(c.on_site.demand)))),
    "GPUs are asked for by node",
    lambda it: it.mode.misfit(),
    "RL215",
)
