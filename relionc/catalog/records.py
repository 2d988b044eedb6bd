"""What the compiled catalogue holds of a job type; for annotations only."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NotRequired


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
