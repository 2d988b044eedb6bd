"""One RELION version, to choose by: what of the data applies to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relionc.catalog.compiler.ranges import matches

if TYPE_CHECKING:
    from collections.abc import Iterable


class CatalogError(ValueError):
    """The catalogue's data is wrong; the message names the file and the place."""


@dataclass(frozen=True, slots=True)
class Release:
    """A version and the file `versions.yaml`."""

    version: str
    general: dict[str, Any]

    def fact(self, name: str, otherwise: Any = None) -> Any:
        """Return what `versions.yaml` says about this version, or about the one that it is like."""
        releases = self.general["versions"]
        found = next((releases[each][name] for each in self.line() if name in releases[each]), None)
        return otherwise if found is None else found

    def observed(self) -> str:
        """Return what facts were taken from where the source of the release was not at hand; nothing where it was."""
        return str(self.general["versions"][self.version].get("observed", ""))

    def read_tag(self) -> str:
        """Return the release whose source was read: this one, or the last before those that were only observed."""
        releases = self.general["versions"]
        return str(next(releases[each]["tag"] for each in self.line() if "observed" not in releases[each]))

    def line(self) -> tuple[str, ...]:
        """Return this version, the one that it is like, the one that is like, and so on."""
        line, releases = [self.version], self.general["versions"]
        while (before := releases[line[-1]].get("like")) and before not in line:
            line.append(before)
        return tuple(line)

    def entry(self, table: dict[str, Any]) -> dict[str, Any] | None:
        """Return what the table `versions` of a job type says: None if this version does not have the type.

        A version that the table does not name is the same as the one that it is like.
        """
        return next((table[each] for each in self.line() if each in table), None)

    def applies(self, spec: Any) -> bool:
        """Return whether something with an optional `versions` range holds for this version."""
        return not isinstance(spec, dict) or "versions" not in spec or matches(spec["versions"], self.version)

    def chosen(self, value: Any) -> Any:
        """Return a value, or this version's where it is given as a table of ranges; None if none matches."""
        if not isinstance(value, dict):
            return value
        return next((each for versions, each in value.items() if matches(versions, self.version)), None)

    def node_type(self, kind: Any) -> str:
        """Return what the pipeline calls a kind of file, which may be given for ranges of versions.

        Where the pipeline has labels, `particles.class3d` is that of `particles` with `.class3d` behind it. A name
        that is not in the table is RELION's own.
        """
        name = str(self.chosen(kind))
        general, dot, special = name.partition(".")
        table = self.general["node_types"].get(general)
        if table is None:
            return name
        found = self.chosen(table)
        if found is None:
            raise CatalogError(f"this version's pipeline has no kind of files {general!r}")
        return f"{found}{dot}{special}" if self.fact("job_type") == "label" else str(found)


def check_keys(what: str, spec: dict[str, Any], allowed: Iterable[str]) -> None:
    """Refuse keys that mean nothing: a misspelt `versions` would otherwise apply everywhere."""
    unknown = set(spec) - set(allowed)
    if unknown:
        raise CatalogError(f"{what}: {', '.join(sorted(map(str, unknown)))} means nothing here")
