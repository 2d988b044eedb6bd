"""Cluster knowledge as data: partitions, node types, launchers, scratch, rules; each fact with its source.

The built-in profiles are `data/*.yaml`, compiled into `_built/` by `tools/build_sites.py`; a user's own
profile comes in as parsed values through `read_profile`.
"""

from __future__ import annotations

from collections.abc import Mapping

from relionc.site._built import NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.diag import Finding
    from relionc.site.show import Table
    from relionc.site.types import Cluster, Plain, Profile

UNKNOWN_BASE = "RL677"
START = "begin with `profile: 1`, `extends:` and a built-in name, and say what differs"


def names() -> tuple[str, ...]:
    """Return the names of the built-in profiles."""
    return NAMES


def builtin(name: str) -> Cluster:
    """Return a built-in profile; KeyError for a name that is not one of `names()`."""
    if name not in NAMES:
        raise KeyError(name)
    import importlib

    module = importlib.import_module(f"relionc.site._built.{name.replace('-', '_')}")
    cluster: Cluster = module.CLUSTER
    return cluster


def load(profile: str | Cluster) -> Cluster:
    """Return a profile by built-in name; a cluster is returned as it is."""
    return builtin(profile) if isinstance(profile, str) else profile


def nearest(name: str) -> str | None:
    """Return the built-in name most like `name`, None where none is near."""
    from relionc.site.meant import nearest as nearest_of

    return nearest_of(name, NAMES)


def read_profile(value: Plain, base: Cluster | None = None) -> tuple[Profile | None, list[Finding]]:
    """Return the profile that values describe, and what could not be read of them: then it is not to be used.

    Routes lead into `value`. `base` is what its `extends:` means where that is a file; a built-in name is resolved
    here. What is read may still be wrong: `rules.profile` looks.
    """
    from relionc.diag import Finding
    from relionc.site.overlay import overlay
    from relionc.site.read import WRONG_VALUE
    from relionc.site.read import cluster as read
    from relionc.site.types import Profile

    findings: list[Finding] = []
    if not isinstance(value, Mapping):
        return None, [
            Finding(code=WRONG_VALUE, message="a profile is a mapping of keys to values", help=START)
        ]
    name = value.get("extends")
    if name is not None and base is None:
        if not isinstance(name, str) or name not in NAMES:
            return None, [_no_base(str(name))]
        base = builtin(name)
    whole = value if base is None else overlay(base, value, findings)
    return Profile(read(whole, findings), whole, extends=base is not None), findings


def describe(cluster: Cluster) -> tuple[Table, ...]:
    """Return the tables that show a profile to people, with the source and date of each part."""
    from relionc.site.show import describe as tables

    return tables(cluster)


def _no_base(name: str) -> Finding:
    from relionc.site.meant import unknown

    return unknown(name, NAMES, "built-in profile", ("extends",))._replace(code=UNKNOWN_BASE)


def is_path(name: str) -> bool:
    """Return whether what stands for a profile is a path, and not a name."""
    return "/" in name or name.endswith((".yaml", ".yml"))
