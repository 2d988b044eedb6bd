"""`options:` of a job → RELION's text for every option of its type."""

from __future__ import annotations

import re

from relionc import catalog
from relionc.diag import Finding, Fix
from relionc.expr import blanks, text_of
from relionc.expr.refs import masked, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from relionc.catalog.types import JobType, Option
    from relionc.diag import Route
    from relionc.expr import AnyText, Value
    from relionc.source.values import Plain
    from relionc.spec.scope import SpecScope

_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\Z")
_SHELL = r"\$(\w+|\{\w+\})|`|\$\("
_HOME = r"(?:^|(?<= ))~[\w.-]*/"
_PATHS = ("file", "node", "text")
_PLAIN = re.compile(r"[A-Za-z0-9_./,:+=@% -]*\Z")
"""What means the same everywhere, as most values."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_OPERATORS = r"[;|&<>()]"
_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")


def resolve(
    raw: Mapping[str, Plain], job_type: JobType, route: Route, scope: SpecScope
) -> tuple[dict[str, AnyText], dict[str, Route]]:
    """Return the text of every option of `job_type` (defaults filled in), and the routes of those given."""
    texts: dict[str, AnyText] = {key: option.default for key, option in job_type.options.items()}
    given: dict[str, Route] = {}
    for key, value in raw.items():
        here = (*route, key)
        option = job_type.options.get(key)
        if option is None:
            scope.findings.append(_unknown(key, here, job_type))
            continue
        text = one(value, option, here, scope)
        if text is not None:
            texts[key] = text
            given[key] = here
    return texts, given


def one(value: Plain, option: Option, route: Route, scope: SpecScope) -> AnyText | None:
    """Return RELION's text for the value of one option, or None with a finding."""
    if isinstance(value, (dict, list)):
        _several(option, route, scope)
        return None
    before = len(scope.findings)
    known = scope.value(value, route)
    return None if len(scope.findings) > before else _text(known, option, route, scope)


def page(job_type: JobType) -> str:
    """Return the page of the documentation that has all options of a job type, by version."""
    return f"docs/jobs/{job_type.name}.md"


def _unknown(key: str, route: Route, job_type: JobType) -> Finding:
    """Say which option was meant: by another name, a flag, a label, or one of another version."""
    message = f"RELION {job_type.version} has no option `{key}` for {job_type.name}"
    versions = catalog.versions_with(job_type.name, key)
    if versions:
        return _of_other_version(key, route, job_type, versions)
    near = catalog.nearest_option(job_type, key)
    if near is None:
        text = f"`relionc catalog show {job_type.name}` lists the options, {page(job_type)} has those of all versions"
        return Finding(code="RL104", message=message, route=route, on_key=True, help=text)
    text = f"the option is called `{near.key}`" + (f" (it becomes `{near.flag}`)" if near.flag else "")
    text += f"; all options: {page(job_type)}"
    fixes = (Fix(f"rename to {near.key}", route, near.key),)
    return Finding(code="RL104", message=message, route=route, on_key=True, help=text, fixes=fixes)


def _of_other_version(key: str, route: Route, job_type: JobType, versions: tuple[str, ...]) -> Finding:
    """Say that an option belongs to other versions, and what is in its place here."""
    from relionc.catalog.compare import is_renamed, successors

    known = catalog.versions()
    older = known.index(versions[-1]) < known.index(job_type.version)
    other = catalog.load(job_type.name, versions[-1] if older else versions[0])
    places = successors(other, job_type, key)
    message = f"RELION {job_type.version} has no option `{key}` for {job_type.name}"
    text = f"{_listed(versions)} {'has' if len(versions) == 1 else 'have'} it; "
    fixes: tuple[Fix, ...] = ()
    if not places:
        text += "nothing is in its place here, so leave it out"
    elif is_renamed(other.options[key], places[0]):
        text += f"here it is called `{places[0].key}`"
        fixes = (Fix(f"rename to {places[0].key}", route, places[0].key),)
    else:
        names = " and ".join(f"`{option.key}`" for option in places)
        text += f"here `{places[0].flag}` comes from {names}"
    message += " any more" if older else ""
    return Finding(code="RL104", message=message, route=route, on_key=True, help=text, fixes=fixes)


def _listed(versions: tuple[str, ...]) -> str:
    *first, last = versions
    return f"RELION {', '.join(first)} and {last}" if first else f"RELION {last}"


def _text(value: Value, option: Option, route: Route, scope: SpecScope) -> AnyText | None:
    """Return RELION's text for a value, or None with a finding."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        _several(option, route, scope)
        return None
    text = _READERS.get(option.kind, _plain)(value, option, route, scope)
    return None if text is None or not _safe(text, option, route, scope) else text


def _several(option: Option, route: Route, scope: SpecScope) -> None:
    scope.report("RL105", f"`{option.key}` takes one value, not several", route, scope.advice)


def _bool(value: Value, option: Option, route: Route, scope: SpecScope) -> str | None:
    word = show(text_of(value)).lower()
    if word in _TRUE:
        return "Yes"
    if word in _FALSE:
        return "No"
    scope.report("RL105", f"`{option.key}` is yes or no, not `{text_of(value)}`", route, "write yes or no")
    return None


def _number(value: Value, option: Option, route: Route, scope: SpecScope) -> str | None:
    text = text_of(value)
    if isinstance(text, str) and not isinstance(value, bool) and _DECIMAL.match(text):
        return text
    if isinstance(value, int) and not isinstance(value, bool):
        return str(int(value))  # 0x1F and 0o17, which RELION would misread
    unit = f" ({option.unit})" if option.unit else ""
    scope.report("RL105", f"`{option.key}` is a number{unit}, not `{show(text)}`", route)
    return None


def _choice(value: Value, option: Option, route: Route, scope: SpecScope) -> str | None:
    text = show(text_of(value))
    if text in option.choices:
        return text
    matching = [
        c for c in option.choices if c.lower() == text.lower() or c.lower().startswith(f"{text.lower()} ")
    ]
    if len(matching) == 1:
        return matching[0]
    shown = ", ".join(f"`{choice}`" for choice in option.choices)
    scope.report("RL106", f"`{option.key}` cannot be `{text}`", route, f"one of {shown}")
    return None


def _plain(value: Value, option: Option, route: Route, scope: SpecScope) -> AnyText | None:
    if isinstance(value, bool):
        text = f"`{option.key}` is text, not {text_of(value)}"
        scope.report("RL105", text, route, "put it in quotes if it is meant")
        return None
    return text_of(value)


_READERS = {"bool": _bool, "number": _number, "list": _choice}


def no_lookalikes(text: AnyText, name: str, route: Route, scope: SpecScope) -> bool:
    """Refuse blanks of Unicode: a reader sees two words where RELION and a shell see one."""
    blank = blanks.lookalike(masked(text))
    if blank:
        message = f"`{name}` has a Unicode space ({blank}), which looks like an ordinary space and is not one"
        scope.report("RL905", message, route, "write it without, or type a space where you mean one")
    return not blank


def no_shell(text: AnyText, route: Route, scope: SpecScope, *, is_path: bool = True) -> bool:
    """Refuse what a shell would put something else in the place of, as no shell reads it."""
    characters = masked(text)
    shell = re.search(_SHELL, characters) if "$" in characters or "`" in characters else None
    home = re.search(_HOME, characters) if "~" in characters and is_path else None
    found = shell or home
    if found is None:
        return True
    advice = "write the whole path, or ${{ env.HOME }}/ for your own folder" if shell is None else ""
    if shell and (name := shell.group(1)):
        advice = f"write ${{{{ env.{name.strip('{}')} }}}} for the variable of the job"
        if characters[: shell.start()].endswith("$"):
            advice = "a variable of a scheme is one of `vars` here: ${{ vars.NAME }}"
    message = f"`{found.group(0)}` would stay as it is: values are never read by a shell"
    scope.report("RL902", message, route, advice)
    return False


def _safe(text: AnyText, option: Option, route: Route, scope: SpecScope) -> bool:
    """Refuse what could mean something else in a script than it does here."""
    if isinstance(text, str) and _PLAIN.match(text):
        return True
    characters = masked(text)
    if _CONTROL.search(characters):
        scope.report(
            "RL901", f"`{option.key}` has a line break or control character", route, "write it on one line"
        )
        return False
    if not no_lookalikes(text, option.key, route, scope):
        return False
    if not no_shell(text, route, scope, is_path=option.kind in _PATHS):
        return False
    if option.role == "extra_args" and (operator := re.search(_OPERATORS, characters)):
        message = f"`{operator.group(0)}` is for a shell; additional arguments are words for the program"
        scope.report("RL903", message, route, "give options and values only")
        return False
    return True
