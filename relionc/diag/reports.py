"""Diagnostics → the reports that code hosts and test dashboards read: SARIF 2.1.0 and JUnit XML."""

from __future__ import annotations

from relionc.diag import ERROR, Diagnostic, Place, TextSpan, pages
from relionc.diag.clean import harmless, harmless_json, printable
from relionc.diag.render import advice
from relionc.diag.summary import ordered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def sarif(diagnostics: Iterable[Diagnostic], *, version: str) -> str:
    """Return one SARIF run, made by relionc of that `version`; columns count characters."""
    import json

    found = ordered(diagnostics)
    rules = sorted({diagnostic.code for diagnostic in found})
    driver = {
        "name": "relionc",
        "version": version,
        "rules": [_rule(code) for code in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, rules.index(diagnostic.code)) for diagnostic in found],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return harmless_json(json.dumps(log, indent=1, ensure_ascii=True)) + "\n"


def _rule(code: str) -> dict[str, object]:
    """Return what a code host shows of a code: the sections of its page."""
    page = pages.read(code)
    if page is None:
        return {"id": code, "shortDescription": {"text": code}}
    return {
        "id": code,
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": pages.plain(page.why).strip()},
        "help": {"text": pages.plain(page.markdown), "markdown": page.markdown},
    }


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, object]:
    words = [diagnostic.message, *advice(diagnostic)]
    result: dict[str, object] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": diagnostic.severity,
        "message": {"text": "\n".join(words)},
        "locations": [_location(diagnostic.path, diagnostic.span)],
    }
    related = [_related(diagnostic.path, place) for place in diagnostic.conflict if place.span]
    return result | ({"relatedLocations": related} if related else {})


def _location(path: str, span: TextSpan | None) -> dict[str, object]:
    from urllib.parse import quote

    physical: dict[str, object] = {"artifactLocation": {"uri": quote(path, errors="surrogateescape")}}
    if span:
        physical["region"] = {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        }
    return {"physicalLocation": physical}


def _related(path: str, place: Place) -> dict[str, object]:
    return {**_location(path, place.span), "message": {"text": place.message}}


def junit(diagnostics: Iterable[Diagnostic], paths: Sequence[str]) -> str:
    """Return one test case per path that was looked at; it fails with the errors found there."""
    found: dict[str, list[Diagnostic]] = {path: [] for path in paths}
    for diagnostic in ordered(diagnostics):
        if diagnostic.severity == ERROR:
            found.setdefault(diagnostic.path, []).append(diagnostic)
    failures = sum(map(bool, found.values()))
    cases = "".join(_case(path, errors) for path, errors in found.items())
    return harmless(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuite name="relionc" tests="{len(found)}" failures="{failures}">\n{cases}</testsuite>\n'
    )


def _case(path: str, errors: Sequence[Diagnostic]) -> str:
    name = f'  <testcase classname="relionc" name={_quoted(path)}'
    if not errors:
        return f"{name}/>\n"
    lines = "\n".join(_line(error) for error in errors)
    first = f"[{errors[0].code}] {errors[0].message}"
    return f"{name}>\n    <failure message={_quoted(first)}>{_escaped(lines)}</failure>\n  </testcase>\n"


def _line(error: Diagnostic) -> str:
    place = f":{error.span.line}:{error.span.column}" if error.span else ""
    said = [f"{error.path}{place}: [{error.code}] {error.message}", *(f"  {line}" for line in advice(error))]
    return "\n".join(map(printable, said))


def _quoted(words: str) -> str:
    return '"' + _escaped(printable(words)).replace('"', "&quot;") + '"'


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
