"""What the user fixed, by name: a misspelt name is an error of types, and each value has its own."""

from __future__ import annotations

from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal, TypeVar

    from relionc.diag import Route
    from relionc.expr import AnyText
    from relionc.spec.model import Pin, ResolvedJob

    T = TypeVar("T")

    PinName = Literal[
        "partition",
        "constraint",
        "nodes",
        "ntasks",
        "ntasks_per_node",
        "cpus_per_task",
        "threads",
        "gpu_type",
        "gpus_per_node",
        "gpus",
        "use_gpu",
        "gpu_ids",
        "ranks_per_gpu",
        "mem_per_cpu",
        "mem",
        "scratch",
        "scratch_dir",
        "time",
        "exclusive",
        "account",
        "qos",
        "distribution",
        "layout",
    ]
    """The names of pins: those of `resources:` and RELION's options that mean the same, and `layout`."""


class Pins(NamedTuple):
    """The values that the user fixed; None: left to the solver. Memory in MiB, scratch in GiB, time in seconds.

    `routes` says where each of them stands in the spec; a name is there if and only if its value is fixed.
    """

    partition: str | None = None
    constraint: str | None = None
    nodes: int | None = None
    ntasks: int | None = None  # ranks launched
    ntasks_per_node: int | None = None
    cpus_per_task: int | None = None
    threads: int | None = None
    gpu_type: str | None = None
    gpus_per_node: int | None = None
    gpus: int | None = None  # in all
    use_gpu: bool | None = None
    gpu_ids: AnyText | None = None
    ranks_per_gpu: int | None = None
    mem_per_cpu: int | None = None
    mem: int | None = None  # per node
    scratch: int | None = None
    scratch_dir: AnyText | None = None
    time: int | None = None
    exclusive: bool | None = None
    account: str | None = None
    qos: str | None = None
    distribution: str | None = None
    layout: str | None = None
    routes: Mapping[PinName, Route] = {}

    def has(self, *names: PinName) -> bool:
        """Whether any of these is fixed."""
        return any(name in self.routes for name in names)

    def without(self, names: tuple[PinName, ...]) -> Pins:
        """Return the pins with these left to the solver."""
        kept = {name: route for name, route in self.routes.items() if name not in names}
        return self._replace(**dict.fromkeys(names), routes=kept)

    def value(self, name: PinName) -> object:
        """Return what is fixed of this name, where names come from the pins themselves."""
        value: object = getattr(self, name)
        return value


PIN_NAMES: tuple[PinName, ...] = Pins._fields[:-1]  # type: ignore[assignment]  # the same names, to mypy
QUEUE_ONLY: tuple[PinName, ...] = ("partition", "constraint")
"""Pins that only a scheduler could meet."""


def pins_of(job: ResolvedJob, *, has_queue: bool) -> Pins:
    """Return what a job fixes; without a queue, what only one could meet is left out (`rules.request` says so)."""
    given = job.resources
    found = {name: pin_of(job, name) for name in PIN_NAMES}
    pins = Pins(
        partition=_value(given.partition),
        constraint=_value(given.constraint),
        nodes=_value(given.nodes),
        ntasks=_value(given.ntasks),
        ntasks_per_node=_value(given.ntasks_per_node),
        cpus_per_task=_value(given.cpus_per_task),
        threads=_value(given.threads),
        gpu_type=_value(given.gpu_type),
        gpus_per_node=_value(given.gpus_per_node),
        gpus=_value(given.gpus),
        use_gpu=_value(given.use_gpu),
        gpu_ids=_value(given.gpu_ids),
        ranks_per_gpu=_value(given.ranks_per_gpu),
        mem_per_cpu=_value(given.mem_per_cpu),
        mem=_value(given.mem),
        scratch=_value(given.scratch),
        scratch_dir=_value(given.scratch_dir),
        time=_value(given.time),
        exclusive=_value(given.exclusive),
        account=_value(given.account),
        qos=_value(given.qos),
        distribution=_value(given.distribution),
        layout=_value(job.layout),
        routes={name: pin.route for name, pin in found.items() if pin is not None},
    )
    if pins.layout == "auto":
        pins = pins.without(("layout",))
    return pins if has_queue else pins.without(QUEUE_ONLY)


def _value(pin: Pin[T] | None) -> T | None:
    return None if pin is None else pin.value


def pin_of(job: ResolvedJob, name: PinName) -> Pin[object] | None:
    """Return a pin of a job by its name."""
    pin: Pin[object] | None = getattr(job if name == "layout" else job.resources, name)
    return pin


def with_pin(job: ResolvedJob, name: PinName, pin: Pin[object] | None) -> ResolvedJob:
    """Return the job with another pin, whose value is of the type that its name has; None leaves it out."""
    changed: dict[str, Any] = {name: pin}
    if name == "layout":
        return job._replace(**changed)
    return job._replace(resources=job.resources._replace(**changed))
