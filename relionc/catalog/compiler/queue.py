"""`queue.yaml` → literal data, one value per version: what RELION replaces in its submission templates."""

from __future__ import annotations

from relionc.catalog.compiler.release import Release
from relionc.catalog.compiler.values import CatalogError, check_keys, mapping, number
from relionc.expr import ExprError, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from relionc.source.values import Plain

_PLAIN = ("script", "command", "output", "errors", "folder")
_KEYS = (*_PLAIN, "options", "variables", "values", "names", "extras", "warns_of_uneven_cores")


def compile_queue(data: Mapping[str, dict[str, Plain]]) -> dict[str, dict[str, object]]:
    """Return version → literal data, in the shape of `relionc.catalog.queue.Queue`."""
    try:
        check_keys("queue.yaml", data["queue"], _KEYS)
        versions = mapping(data["versions"]["versions"])
        return {version: _compiled(data["queue"], Release(version, data["versions"])) for version in versions}
    except KeyError as error:
        raise CatalogError(f"queue.yaml: there is no {error}") from error
    except ExprError as error:
        raise CatalogError(f"queue.yaml: {error}") from error


def _compiled(queue: Mapping[str, Plain], release: Release) -> dict[str, object]:
    extras = mapping(queue["extras"])
    options, names = (
        {key: mapping(each) for key, each in mapping(queue[part]).items()} for part in ("options", "names")
    )
    return {
        **{key: str(queue[key]) for key in _PLAIN},
        "options": {key: (str(each["name"]), str(each["otherwise"])) for key, each in options.items()},
        "variables": {role: str(name) for role, name in mapping(queue["variables"]).items()},
        "values": tuple((key, parse(str(text))) for key, text in mapping(queue["values"]).items()),
        "names": {
            key: (parse(str(each["value"])), str(each["about"]), str(each.get("option", "")))
            for key, each in names.items()
        },
        "extra_name": str(extras["name"]),
        "extra_option": str(extras["option"]),
        "extra_declared": str(extras["declared"]),
        "extra_default": str(extras["default"]),
        "extras_usual": int(number(extras["usual"])),
        "extras_counted": str(release.chosen(extras["counted"]) or ""),
        "extras_most": int(number(release.chosen(extras["most"]))),
        "warns_of_uneven_cores": bool(release.chosen(queue["warns_of_uneven_cores"])),
    }
