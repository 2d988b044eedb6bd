"""What RELION's own submission templates may hold, per version (`data/queue.yaml`)."""

from __future__ import annotations

import re
from functools import lru_cache

from relionc.catalog.compiled import frozen, part
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from relionc.expr.tree import Expr


class Queue(NamedTuple):
    """The names that RELION replaces in a template, and by what.

    `options` gives the option behind a value and RELION's text where a job type lacks it; `values` are worked
    out in order; `names` maps each name to an expression over them, to words for people, and to the
    sbatch option that takes it (empty: none). In `extra_…`, `{n}` stands for the number of an entry that a site adds.
    """

    script: str
    command: str
    output: str
    errors: str
    folder: str
    options: Mapping[str, tuple[str, str]]
    variables: Mapping[str, str]  # by which a site sets options for everybody
    values: tuple[tuple[str, Expr], ...]
    names: Mapping[str, tuple[Expr, str, str]]
    extra_name: str
    extra_option: str
    extra_declared: str
    extra_default: str
    extras_usual: int
    extras_counted: str  # the variable that says how many entries there are; empty: this version has none
    extras_most: int
    warns_of_uneven_cores: bool

    def name_for(self, option: str) -> str:
        """Return the first name of a value that an sbatch option takes, of the names that are counted in ranks last."""
        return [name for name, (_, _, takes) in self.names.items() if takes == option][-1]

    def name_of_extra(self, number: int) -> str:
        """Return what templates call an entry of a site."""
        return self.extra_name.replace("{n}", str(number))

    @property
    def extra(self) -> re.Pattern[str]:
        """What templates call any entry of a site; its number is the group."""
        return re.compile(re.escape(self.extra_name).replace(r"\{n\}", "([0-9]{1,9})"))


@lru_cache(maxsize=8)
def load_queue(version: str) -> Queue:
    """Return what the templates of a RELION version may hold."""
    return Queue(**frozen(part("queue")[version]))
