"""What Slurm cannot tell: the few questions for a person, and what a profile says with the answers."""

from __future__ import annotations

import re

from relionc.record import NamedTuple
from relionc.slurm.sizes import parse_size
from relionc.slurm.syntax import SlurmSyntaxError
from relionc.survey import knowledge
from relionc.survey.hardware import is_scratch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relionc.site.types import Plain
    from relionc.survey.hardware import NodeKind
    from relionc.survey.told import Survey

_PATH = re.compile(
    r"/(?:\$\{[A-Za-z_][A-Za-z0-9_]*\}|[\w/.,:=@%+-])+|\$\{[A-Za-z_][A-Za-z0-9_]*\}(?:/[\w/.,:=@%+-]*)?"
)
_ACCOUNT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+@:/-]*")
_OWN = "own"
"""The answer for accounts that are each person's: a spec has to say it."""
_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,200}")


class SiteQuestion(NamedTuple):
    """What a person is asked: the words, how to find out, an answer as an example.

    `values` makes what a profile says of an answer; it raises ValueError, with what is wrong, for one that cannot be.
    """

    key: str
    ask: str
    how: str
    example: str
    values: Callable[[str], dict[str, Plain]]


def questions(
    told: Survey, found: Sequence[NodeKind], unknown_vram: Mapping[str, tuple[int, ...]], *, has_modules: bool
) -> tuple[SiteQuestion, ...]:
    """Return the questions that are left."""
    asked = [
        SiteQuestion(
            "mpi",
            "Which MPI is RELION linked with?",
            _how("mpi"),
            "Open MPI 4.1",
            lambda answer: _mpi(answer, told),
        ),
        SiteQuestion(
            "modules",
            "Which lines make RELION available?"
            if not has_modules
            else "Are these the lines that make RELION available?",
            _how("modules"),
            "module load relion/5.0",
            _modules,
        ),
        _scratch(found),
    ]
    for name, sizes in unknown_vram.items():
        choice = f": {' or '.join(map(str, sizes))} GB" if sizes else ""
        asked.append(
            SiteQuestion(
                f"vram of {name}",
                f"How much memory has a GPU of the nodes {name}{choice}?",
                _how("vram"),
                f"{sizes[-1] if sizes else 24}G",
                _vram_of(name),
            )
        )
    enforced = told.config.get("AccountingStorageEnforce", "none")
    needed = " (Slurm checks accounts here)" if "associations" in enforced or "limits" in enforced else ""
    asked.append(
        SiteQuestion(
            "account",
            f"Which account do all jobs name{needed}? `{_OWN}`, if everybody names theirs in the spec",
            _how("account"),
            "cryoem",
            _account,
        )
    )
    return tuple(asked)


def _how(key: str) -> str:
    return str(knowledge.section("how")[key])


def _line(answer: str) -> str:
    if not _LINE.fullmatch(answer):
        raise ValueError("one line of at most 200 plain characters is needed")
    return answer


def launcher_guess(told: Survey) -> tuple[str, str]:
    """Return the plugin for srun that is most likely right, empty for none, and why."""
    known = [name for name in knowledge.section("launchers") if name]
    default = told.config.get("MpiDefault", "").partition("_v")[0].lower()
    if default in known and (not told.plugins or default in told.plugins):
        return default, f"MpiDefault is {default}"
    if default not in ("", "none", "(null)"):
        return "", f"srun takes what MpiDefault says, {default[:32]}"
    found = next((name for name in known if name in told.plugins), "")
    if found:
        return found, f"srun has the plugin {found}"
    return (
        "",
        "srun has no plugin that is known here"
        if told.plugins
        else "nothing is known of the plugins of srun",
    )


def _mpi(answer: str, told: Survey) -> dict[str, Plain]:
    """Return the MPI, and the launcher that fits it, where that is not the one that was guessed."""
    values: dict[str, Plain] = {"mpi": _line(answer)}
    needs = next(
        (need for form, need in knowledge.section("mpis").items() if re.search(form, answer, re.IGNORECASE)),
        None,
    )
    if not isinstance(needs, dict) or not told.plugins:
        return values
    plugin = str(needs["plugin"])
    if plugin == launcher_guess(told)[0]:
        return values
    launchers, starters = knowledge.section("launchers"), knowledge.section("starters")
    launcher = launchers.get(plugin) if plugin in told.plugins else starters.get(str(needs["starter"]))
    return values | ({"launchers": {"batch": launcher}} if launcher else {})


def _modules(answer: str) -> dict[str, Plain]:
    lines = [_line(part.strip()) for part in answer.split(";") if part.strip()]
    return {"modules": {"*": lines}}


def _scratch(found: Sequence[NodeKind]) -> SiteQuestion:
    gres = next((gres.name for kind in found for gres in kind.machine.gres if is_scratch(gres)), "")

    def values(answer: str) -> dict[str, Plain]:
        if not _PATH.fullmatch(answer):
            raise ValueError("an absolute path without blanks is needed; a variable as ${NAME}")
        return {"scratch": {"path": answer} | ({"gres": gres} if gres else {})}

    booked = f", which Slurm books as {gres}" if gres else ""
    return SiteQuestion(
        "scratch",
        f"Where is the nodes' own disk for jobs{booked}? Nothing, if there is none",
        _how("scratch"),
        f"/{gres or 'scratch'}/${{SLURM_JOB_ID}}",
        values,
    )


def _vram_of(name: str) -> Callable[[str], dict[str, Plain]]:
    return lambda answer: {"node_types": {name: {"vram": _size(answer)}}}


def _size(answer: str) -> str:
    try:
        parse_size(answer, "G")
    except SlurmSyntaxError as error:
        raise ValueError(f"{error.message}: {error.help}") from None
    return answer


def _account(answer: str) -> dict[str, Plain]:
    if not _ACCOUNT.fullmatch(answer):
        raise ValueError("the name of an account is needed")
    return {"require": ["account"]} if answer == _OWN else {"directives": {"account": answer}}
