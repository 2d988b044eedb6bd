"""What was told of a cluster as files to send: only the words that a profile is made of.

No users, no addresses, no paths, no reasons: `kept` of knowledge.yaml says which words stay. Of lists of people only
that there is one.
"""

from __future__ import annotations

import re

from relionc.survey import knowledge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from relionc.survey.told import Survey

_SOME = "(some)"
_SERVER = re.compile(r"@[^:,]*")


def files(told: Survey) -> dict[str, bytes]:
    """Return the files of a folder that `survey.saved` reads."""
    texts = {
        "nodes": _records(told.nodes, "nodes"),
        "partitions": _records(told.partitions, "partitions"),
        "config": _config(told),
        "plugins": "MPI plugin types are...\n" + "".join(f"\t{each}\n" for each in told.plugins)
        if told.plugins
        else "",
        "qos": _qos(told),
        "modules": "".join(f"{each}\n" for each in told.modules),
    }
    named = {each.tells: each.file for each in reversed(knowledge.asked())}
    return {named[kind]: text.encode() for kind, text in texts.items() if text}


def _records(found: Mapping[str, Mapping[str, str]], kind: str) -> str:
    first, *kept = knowledge.kept(kind)
    lines = [
        " ".join(
            [f"{first}={name}", *(f"{key}={_value(key, record[key])}" for key in kept if record.get(key))]
        )
        for name, record in found.items()
    ]
    return "".join(f"{line}\n" for line in lines)


def _value(key: str, value: str) -> str:
    if key in knowledge.words("people") and value.upper() not in ("ALL", "(NULL)"):
        return _SOME
    return _SERVER.sub("", value) if key == "Licenses" else value


def _config(told: Survey) -> str:
    kept = [key for key in knowledge.kept("config") if key in told.config]
    if not kept and not told.date:
        return ""
    lines = [f"{key} = {_value(key, told.config[key])}\n" for key in kept]
    return "".join([f"Configuration data as of {told.date or 'unknown'}\n", *lines])


def _qos(told: Survey) -> str:
    kept = knowledge.kept("qos")
    rows = ["|".join(row.get(key, "") for key in kept) for row in told.qos.values()]
    return "".join(f"{line}\n" for line in ["|".join(kept), *rows]) if rows else ""
