"""One RELION version, to choose by: what of the data applies to it."""

from __future__ import annotations

from dataclasses import dataclass

from relionc.catalog.compiler.ranges import matches
from relionc.catalog.compiler.values import CatalogError, mapping, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.source.values import Plain


@dataclass(frozen=True, slots=True)
class Release:
    """A version and the file `versions.yaml`."""

    version: str
    general: dict[str, Plain]

    def fact(self, name: str, otherwise: Plain = None) -> Plain:
        """Return what `versions.yaml` says about this version, or about the one that it is like."""
        said = (self._said(each) for each in self.line())
        found = next((each[name] for each in said if name in each), None)
        return otherwise if found is None else found

    def _said(self, version: str) -> dict[str, Plain]:
        return mapping(mapping(self.general["versions"])[version])

    def observed(self) -> str:
        """Return what facts were taken from where the source of the release was not at hand; nothing where it was."""
        return str(self._said(self.version).get("observed", ""))

    def read_tag(self) -> str:
        """Return the release whose source was read: this one, or the last before those that were only observed."""
        said = (self._said(each) for each in self.line())
        return str(next(each["tag"] for each in said if "observed" not in each))

    def line(self) -> tuple[str, ...]:
        """Return this version, the one that it is like, the one that is like, and so on."""
        line = [self.version]
        while (before := self._said(line[-1]).get("like")) and before not in line:
            line.append(text(before))
        return tuple(line)

    def entry(self, table: dict[str, Plain]) -> dict[str, Plain] | None:
        """Return what the table `versions` of a job type says: None if this version does not have the type.

        A version that the table does not name is the same as the one that it is like.
        """
        found = next((table[each] for each in self.line() if each in table), None)
        return None if found is None else mapping(found)

    def applies(self, spec: Plain) -> bool:
        """Return whether something with an optional `versions` range holds for this version."""
        return (
            not isinstance(spec, dict)
            or "versions" not in spec
            or matches(text(spec["versions"]), self.version)
        )

    def chosen(self, value: Plain) -> Plain:
        """Return a value, or this version's where it is given as a table of ranges; None if none matches."""
        if not isinstance(value, dict):
            return value
        return next((each for versions, each in value.items() if matches(versions, self.version)), None)

    def node_type(self, kind: Plain) -> str:
        """Return what the pipeline calls a kind of file, which may be given for ranges of versions.

        Where the pipeline has labels, `particles.class3d` is that of `particles` with `.class3d` behind it. A name
        that is not in the table is RELION's own.
        """
        name = str(self.chosen(kind))
        general, dot, special = name.partition(".")
        table = mapping(self.general["node_types"]).get(general)
        if table is None:
            return name
        found = self.chosen(table)
        if found is None:
            raise CatalogError(f"this version's pipeline has no kind of files {general!r}")
        return f"{found}{dot}{special}" if self.fact("job_type") == "label" else str(found)
