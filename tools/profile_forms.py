"""What of a cluster profile editors are told beside the shape: how sizes, times, dates and words are written.

relionc itself judges all this with better words (`relionc/rules/profile`); an editor has nothing but the schema. What
more than one key decides is told only as far as a schema can: a mistake may pass, nothing right is marked.
"""

from __future__ import annotations

from typing import Any

from relionc.rules.profile.dates import DATE
from relionc.site.uses import USES

Part = dict[str, Any]

SIZE = {"pattern": "^[0-9]+[KMGTkmgt]?[Bb]?$", "examples": ["200G", "4200M"]}
GIB = {"pattern": "^[0-9]+[KMGTkmgt]?[Bb]?$", "examples": ["800G", 800]}
MEMORY = {**SIZE, "not": {"type": "integer", "minimum": 1, "maximum": 1023}, "examples": ["243G", "250000M"]}
"""A plain number is MiB, and no node has less than a GiB."""
TIME = {
    "pattern": "^([0-9]+-[0-9]+(:[0-9]+){0,2}|[0-9]+(:[0-9]+){0,2}|-1|[Uu][Nn][Ll][Ii][Mm][Ii][Tt][Ee][Dd]"
    "|[Ii][Nn][Ff][Ii][Nn][Ii][Tt][Ee])$",
    "examples": ["1-00:00:00", "08:00:00"],
}
DAY = {"pattern": f"^({DATE.pattern})?$", "examples": ["2026-11", "2026-11-20"]}
VERSIONS = {"propertyNames": {"pattern": r"^(\*|[0-9]+(\.[0-9]+)*)$"}, "examples": [{"5.0": [], "*": []}]}
GPU_TYPE = {"pattern": "^([A-Za-z0-9_][A-Za-z0-9_.+@/-]*)?$", "examples": ["a100", "nvidia_a100_3g.40gb"]}
SCRATCH = {
    "not": {"pattern": r"^[^$]*\$\{(USER|LOGNAME|HOME)\}[^$]*$"},
    "examples": ["/scratch/${SLURM_JOB_ID}"],
}
COMMAND = {  # one text is a program without words; an option and its value are two words
    "pattern": r"^\S*$",
    "items": {"pattern": "^(?!-[^ =]+ +[^ ])"},
    "examples": [["srun", "--mpi=pmix", "-n", "{ntasks}", "-c", "{cpus_per_task}"]],
}
WHOLE_CORES = {
    "allOf": [
        {
            "if": {"required": ["threads_per_core"], "properties": {"threads_per_core": {"const": threads}}},
            "then": {"properties": {"cpus": {"multipleOf": threads}}},
        }
        for threads in (2, 4, 8)
    ]
}
PLUGINS = ("pmix", "pmi2", "none")
"""Plugins of MPI that most sites have; of others an editor knows nothing."""


def _has(key: str, pattern: str) -> Part:
    return {"required": [key], "properties": {key: {"contains": {"pattern": pattern}}}}


def _exports(pattern: str) -> Part:
    values = {"not": {"additionalProperties": {"not": {"pattern": pattern}}}}
    return {"required": ["exports"], "properties": {"exports": values}}


def _counts() -> Part:
    """The launcher is told how many ranks there are, or how many each node gets."""
    told = [
        _has(key, pattern)
        for key in ("argv", "arbitrary")
        for pattern in (r"\{ntasks\}", r"\{tasks_per_node\}")
    ]
    return {"anyOf": [{"not": {"required": ["argv"]}}, *told, _exports(r"\{tasks_per_node\}")]}


def _placing() -> Part:
    """`arbitrary` and `hostfile_variable` go together, unless something else says where ranks go."""
    words, variable = {"required": ["arbitrary"]}, {"required": ["hostfile_variable"]}
    both, neither = {"allOf": [words, variable]}, {"not": {"anyOf": [words, variable]}}
    told = r"\{(hostfile|tasks_per_node)\}"
    elsewhere = [_has("arbitrary", told), _has("argv", told), _exports(told)]
    return {"anyOf": [both, neither, {"required": ["places_ranks_by"]}, *elsewhere]}


def _plugin() -> list[Part]:
    """`mpi` is what the words say."""
    return [
        {
            "if": {
                "required": ["mpi", "argv"],
                "properties": {"mpi": {"const": name}, "argv": {"type": "array"}},
            },
            "then": {"properties": {"argv": {"contains": {"pattern": name}}}},
        }
        for name in PLUGINS
    ]


def _known_plugin() -> Part:
    """The plugin of the launcher for jobs is one of `mpi_plugins`."""

    def launched_by(name: str) -> Part:
        batch = {"required": ["mpi"], "properties": {"mpi": {"const": name}}}
        launchers = {"required": ["batch"], "properties": {"batch": batch}}
        plugins = {"type": "array", "minItems": 1}
        return {
            "required": ["launchers", "mpi_plugins"],
            "properties": {"launchers": launchers, "mpi_plugins": plugins},
        }

    return {
        "allOf": [
            {"if": launched_by(name), "then": {"properties": {"mpi_plugins": {"contains": {"const": name}}}}}
            for name in PLUGINS
        ]
    }


def _launchers() -> dict[str, Part]:
    told = {}
    for use in USES.values():
        parts = _plugin()
        parts += [_counts()] if use.counts else []
        parts += [] if use.inside or use.name == "hetjob" else [_placing()]
        told[f"launchers.{use.name}"] = {"allOf": parts}
    return told


OF_ALL: Part = _known_plugin()
FORMS: dict[str, Part] = {
    "node_types.*": WHOLE_CORES,
    "node_types.*.memory": MEMORY,
    "node_types.*.scratch": GIB,
    "node_types.*.vram": GIB,
    "node_types.*.gpu_type": GPU_TYPE,
    "node_types.*.until": DAY,
    "partitions.*.max_memory_per_node": SIZE,
    "partitions.*.max_memory_per_cpu": SIZE,
    "partitions.*.max_time": TIME,
    "partitions.*.default_time": TIME,
    "scratch.path": SCRATCH,
    "scratch.minimum": GIB,
    "scratch.default": GIB,
    "policy.memory_per_cpu": SIZE,
    "policy.time": TIME,
    "modules": VERSIONS,
    "wrapper": VERSIONS,
    "launchers.*.argv": COMMAND,
    "date": DAY,
    **{
        f"{part}.date": DAY
        for part in ("node_types.*", "partitions.*", "launchers.*", "scratch", "policy", "relion")
    },
    **_launchers(),
}
"""By the path of a value in a profile."""
PLANNED_GRES = {"gres": {"pattern": "^(?!(.*,)?gpu(:|,|$))"}}
"""What `directives` may not say: the plan asks for GPUs."""
