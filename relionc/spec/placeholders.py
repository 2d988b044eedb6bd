"""Names of RELION's submission templates in a spec, where nothing replaces them."""

from __future__ import annotations

import re

from relionc.diag import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Route
    from relionc.source.values import Plain

CODE = "RL114"
MARK = "XXX"
_NAME = rf"{MARK}\w+?{MARK}"


def placeholders(value: Plain, route: Route = ()) -> Iterator[Finding]:
    """Yield a finding for each value with such a name, wherever it stands."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from placeholders(each, (*route, key))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from placeholders(each, (*route, place))
    elif isinstance(value, str) and MARK in value and (found := re.search(_NAME, value)):
        yield Finding(
            code=CODE,
            message=f"nothing replaces `{found[0]}` here: it is a name of RELION's submission templates",
            route=route,
            help="write the value itself: only the template of a build has such names filled in",
        )
