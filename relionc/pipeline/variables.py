"""The variables of a scheme in the options of its jobs: `$$name` becomes a variable of the spec, never a default."""

from __future__ import annotations

import re

from relionc.catalog.pipelines import pipelines
from relionc.diag import WARNING, Finding
from relionc.spec.job_from_file import with_references

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from relionc.catalog.types import Option
    from relionc.spec.job_from_file import Job

NO_VALUE = "RL145"
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9_]")


class Variables:
    """The variables of a scheme by name, with RELION's texts for them; remembers which ones are used.

    `remarks` say more about some of them, for the reader of the spec.
    """

    def __init__(self, values: Mapping[str, str], remarks: Mapping[str, str] | None = None) -> None:
        self.values = values
        self.remarks = remarks or {}
        self._used: dict[str, None] = {}

    def refer(self, _: Option, text: str) -> str | None:
        """Return what a spec writes for a value with variables in it; None for one without."""
        if not variables_in(text):
            return None
        parts = _pattern().split(text)  # text, name, text, name …
        self._used.update(dict.fromkeys(parts[1::2]))
        written = [
            f"${{{{ vars.{_key(part)} }}}}" if at % 2 else with_references(part, "${{{{ env.{} }}}}".format)
            for at, part in enumerate(parts)
        ]
        return "".join(written)

    def used(self) -> tuple[tuple[str, str | None, str], ...]:
        """Return name, text and remark of each variable that was referred to; no text where nobody knows it."""
        return tuple(
            (
                _key(name),
                self.values.get(name),
                self.remarks.get(name, "" if name in self.values else _UNKNOWN),
            )
            for name in self._used
        )


_UNKNOWN = "give it a value: no scheme beside the job file has one"


def variables_in(text: str) -> list[str]:
    """Return the names of the scheme's variables in the value of an option."""
    return _pattern().findall(text) if pipelines().variable in text else []


def unset(job: Job, known: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a warning for each option whose variable has no value here."""
    for key, text in job.options.items():
        for name in variables_in(text):
            if name not in known:
                message = f"`{key}` is the scheme's variable `{name}`, which has no value here"
                advice = (
                    "RELION puts in its value when the scheme runs; give it one in the `vars` of the spec"
                )
                yield Finding(NO_VALUE, message, route=(job.lines[key],), severity=WARNING, help=advice)


def _pattern() -> re.Pattern[str]:
    return re.compile(re.escape(pipelines().variable) + r"([^ ]+)")


def _key(name: str) -> str:
    """Return the name as a spec can have it."""
    key = _NOT_A_NAME.sub("_", name)
    return key if not key[:1].isdigit() else f"_{key}"
