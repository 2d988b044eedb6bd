"""What the compiled catalogue holds of a job type, and what that comes to for a job; for annotations only."""

from __future__ import annotations

from typing import TypedDict  # nothing loads this module when the program runs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NotRequired

    from relionc.catalog.types import RankRule, RunRule


class OptionData(TypedDict):
    """An option: the fields of `relionc.catalog.types.Option`, without those that say nothing."""

    key: str
    label: str
    kind: str
    default: str
    description: str
    unit: NotRequired[str]
    role: NotRequired[str]
    flag: NotRequired[str]
    variable: NotRequired[str]
    group: str
    choices: NotRequired[tuple[str, ...]]
    minimum: NotRequired[float]
    maximum: NotRequired[float]
    node_type: NotRequired[str]


class TypeData(TypedDict):
    """A job type of one version; `traits` has the fields of `Traits`, `program` what `lower` runs."""

    name: str
    version: str
    title: str
    job_dir: str
    type_id: str
    job_file: str
    is_tomo: bool | None
    options: dict[str, OptionData]
    outputs: Sequence[str]
    traits: Mapping[str, object]
    program: Mapping[str, object]
    source: str


class NeedsData(TypedDict):
    """The traits of a job type over a job's options (see `relionc.catalog.types.Traits`)."""

    mpi: bool
    leader: bool
    gpu: bool
    gpu_possible: bool
    one_rank_per_gpu: bool
    preread: bool
    scratch: bool
    threads: bool
    window: bool
    copies_repeats: bool
    single_gpu: bool
    gpu_by_rank: bool
    all_gpus: bool
    gpu_on_request: bool
    slow_without_gpu: bool
    memory: tuple[str, ...]
    vram: tuple[str, ...]
    quantities: Mapping[str, float]
    items: str
    rank_rules: tuple[RankRule, ...]
    run_rules: tuple[RunRule, ...]
