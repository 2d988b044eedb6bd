"""From the catalogue's YAML to literal data, one value per job type and version.

`docs/catalogue.md` describes the YAML. Nothing here is needed at run time; `tools/build_catalog.py` writes the
result to `relionc/catalog/_built`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from relionc.catalog.fragments import FragmentError, holes, read
from relionc.catalog.ranges import matches, number
from relionc.expr import Expr, ExprError, parse, references

DATA = Path(__file__).with_name("data")
_GENERAL = ("versions", "shared")

_OPTION_KEYS = {
    "label": "label",
    "kind": "kind",
    "default": "default",
    "about": "description",
    "unit": "unit",
    "role": "role",
    "flag": "flag",
}
_TRAITS = ("mpi", "leader", "gpu", "gpu_possible", "one_rank_per_gpu", "preread", "scratch", "threads")
_KINDS = ("text", "number", "bool", "list", "file", "node")


class CatalogError(ValueError):
    """The catalogue's data is wrong; the message names the file and the place."""


def read_data(folder: Path = DATA) -> dict[str, Any]:
    """Return every YAML file of the catalogue by its name without extension."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe")
    return {path.stem: yaml.load(path.read_text("utf-8")) for path in sorted(folder.glob("*.yaml"))}


def compile_all(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return version → job type → literal data, versions and types in order."""
    versions = sorted(data["versions"]["versions"], key=number)
    names = [name for name in data if name not in _GENERAL]
    return {
        version: {
            name: compile_type(data, name, version) for name in names if version in data[name]["versions"]
        }
        for version in versions
    }


def compile_type(data: dict[str, Any], name: str, version: str) -> dict[str, Any]:
    """Return one job type of one version as literal data, in the shape that `relionc.catalog.load` reads."""
    try:
        return _Compiler(data, name, version).job_type()
    except (CatalogError, FragmentError, ExprError, KeyError, TypeError, ValueError) as error:
        raise CatalogError(f"{name}.yaml, version {version}: {error}") from error


@dataclass
class _Compiler:
    data: dict[str, Any]
    name: str
    version: str
    shared: dict[str, Any] = field(init=False)
    source: dict[str, Any] = field(init=False)
    release: dict[str, Any] = field(init=False)
    options: dict[str, dict[str, Any]] = field(init=False)
    names: dict[str, Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shared, self.source = self.data["shared"], self.data[self.name]
        self.release = self.data["versions"]["versions"][self.version]
        self.options = dict(self._options())
        for key, text in {**self.shared["names"], **self.source.get("names", {})}.items():
            chosen = self._chosen(text)
            if chosen is not None:
                self.names[key] = parse(str(chosen))

    def job_type(self) -> dict[str, Any]:
        steps = self._steps(self.source["steps"], shell=False)
        self._derive_flags(steps)
        tag = self.release["tag"]
        return {
            "name": self.source["type"],
            "version": self.version,
            "title": self.source["title"],
            "job_dir": self.source["job_dir"],
            "type_id": self.source["versions"][self.version]["type_id"],
            "job_file": self.release["job_file"],
            "is_tomo": False if self.release["tomo_field"] else None,
            "options": self.options,
            "outputs": tuple(dict.fromkeys(_output_names(steps))),
            "traits": self._traits(),
            "program": {
                "steps": steps,
                "control": self.source.get("control", self.release["control"]),
                "marks": self.data["versions"]["marks"],
                "local_mpi_limit": self.data["versions"]["local_mpi_limit"],
                "star_version": self.release.get("star_version", ""),
            },
            "source": f"RELION {tag}, {self.source['source']}",
        }

    # --- options --------------------------------------------------------------------------------------------

    def _options(self) -> Any:
        for group, members in self.source["options"].items():
            for key, given in self._members(members):
                like = (given or {}).get("like", key)
                spec = {**self.shared["options"].get(like, {}), **(given or {})}
                if self._applies(spec):
                    yield key, self._option(key, group, self._overridden(spec))

    def _members(self, members: Any) -> Any:
        if isinstance(members, dict):
            yield from members.items()
            return
        for group in members:
            yield from ((key, None) for key in self.shared["groups"][group])

    def _overridden(self, spec: dict[str, Any]) -> dict[str, Any]:
        for versions, changes in spec.get("by_version", {}).items():
            if matches(versions, self.version):
                spec = {**spec, **changes}
        return spec

    def _option(self, key: str, group: str, spec: dict[str, Any]) -> dict[str, Any]:
        missing = [need for need in ("label", "kind", "default", "about") if need not in spec]
        if missing or spec["kind"] not in _KINDS:
            raise CatalogError(f"option {key}: no {', '.join(missing) or 'such kind'}")
        option: dict[str, Any] = {"key": key}
        option |= {
            name: spec[yaml].strip() if yaml == "about" else spec[yaml]
            for yaml, name in _OPTION_KEYS.items()
            if yaml in spec
        }
        option["group"] = group
        if "choices" in spec:
            option["choices"] = tuple(spec["choices"])
        if "range" in spec:
            option["minimum"], option["maximum"] = map(float, spec["range"])
        if "node" in spec:
            option["node_type"] = self._node_type(spec["node"])
        return option

    def _node_type(self, name: str) -> str:
        return str(self._chosen(self.data["versions"]["node_types"].get(name, name)))

    # --- expressions ----------------------------------------------------------------------------------------

    def _applies(self, spec: Any) -> bool:
        return not isinstance(spec, dict) or matches(spec.get("versions", ">=0"), self.version)

    def _chosen(self, value: Any) -> Any:
        """Return a value, or that of this version where it is given as a table of versions."""
        if not isinstance(value, dict):
            return value
        return next((each for versions, each in value.items() if matches(versions, self.version)), None)

    def _expr(self, text: Any) -> Expr:
        if isinstance(text, bool):
            return ("const", text)
        return self._resolved(parse(" ".join(str(text).split())), ())

    def _resolved(self, tree: Expr, inside: tuple[str, ...]) -> Expr:
        """Put shorthands and lists of choices in place; every other name must be known when a job is made."""
        if tree[0] == "const":
            return tree
        if tree[0] == "name":
            return self._resolved_name(tree, inside)
        kind, _, *parts = tree  # where in the YAML text a node stood does not matter later
        return (kind, 0, *(self._resolved_part(part, inside) for part in parts))

    def _resolved_part(self, part: Any, inside: tuple[str, ...]) -> Any:
        if not isinstance(part, tuple) or not part:
            return part
        if isinstance(part[0], tuple):  # the items of a list, the arguments of a call
            return tuple(self._resolved(item, inside) for item in part)
        return self._resolved(part, inside) if isinstance(part[0], str) else part

    def _resolved_name(self, tree: Expr, inside: tuple[str, ...]) -> Expr:
        parts = tree[2]
        name = ".".join(parts)
        if parts[0] == "choices":
            choices = self.options[parts[1]]["choices"]
            return ("list", 0, tuple(("const", choice) for choice in choices))
        if name in self.names and name not in inside:
            return self._resolved(self.names[name], (*inside, name))
        if name not in self.options and name not in ("output", "is_continue", *self.loops):
            raise CatalogError(f"{name!r} is neither an option of this version nor a name")
        return ("name", 0, parts)

    loops: tuple[str, ...] = ()

    def _template(self, text: str) -> tuple[Any, ...]:
        return tuple(literal if expr is None else self._resolved(expr, ()) for literal, expr in holes(text))

    # --- steps ----------------------------------------------------------------------------------------------

    def _steps(self, steps: Any, *, shell: bool) -> tuple[Any, ...]:
        return tuple(made for step in steps if self._applies(step) for made in self._step(step, shell=shell))

    def _step(self, step: Any, *, shell: bool) -> list[Any]:
        if isinstance(step, str):
            return [self._text(step, shell=shell)]
        if "use" in step:
            block = {**self.shared["blocks"], **self.source.get("blocks", {})}[step["use"]]
            return list(self._steps(block, shell=shell))
        for kind in ("command", "shell", "refuse", "output", "for", "text", "check"):
            if kind in step:
                return self._made(kind, step, shell=shell)
        if "when" not in step:
            return list(self._steps(step["then"], shell=shell))
        then = self._steps(step["then"], shell=shell)
        return [("when", self._expr(step["when"]), then, self._steps(step.get("else", ()), shell=shell))]

    def _made(self, kind: str, step: dict[str, Any], *, shell: bool) -> list[Any]:
        match kind:
            case "command" | "shell":
                return [self._command(step[kind], shell=kind == "shell")]
            case "refuse":
                return [self._refusal(step)]
            case "check":
                return [("check", self._expr(step["check"]))]
            case "output":
                return self._guarded(step["output"], self._output(step["output"]))
            case "for":
                return [self._loop(step, shell=shell)]
        made = [self._text(step["text"], shell=shell)]
        if "input" in step:
            made.append(("input", step["input"], self.options[step["input"]]["node_type"]))
        return self._guarded(step, *made)

    def _guarded(self, step: dict[str, Any], *made: Any) -> list[Any]:
        return [("when", self._expr(step["when"]), made, ())] if "when" in step else list(made)

    def _command(self, body: Any, *, shell: bool) -> Any:
        first, *rest = body
        return ("command", (self._text(first, shell=shell, first=True), *self._steps(rest, shell=shell)))

    def _text(self, text: str, *, shell: bool, first: bool = False) -> Any:
        """Read a fragment; all but the first of a command have a space in front."""
        pieces = read(text if first else " " + text, shell=shell, is_extra=self._is_extra)
        return (
            "text",
            tuple(
                (kind, self._resolved(rest[0], ())) if kind in ("value", "split", "args") else (kind, *rest)
                for kind, *rest in pieces
            ),
            shell,
        )

    def _is_extra(self, expr: Expr) -> bool:
        return expr[0] == "name" and self.options.get(expr[2][0], {}).get("role") == "extra_args"

    def _refusal(self, step: dict[str, Any]) -> Any:
        if step["option"] not in self.options:
            raise CatalogError(f"a refusal names {step['option']!r}, which is no option")
        return (
            "refuse",
            self._expr(step["when"]),
            step["refuse"],
            step["option"],
            step["message"].strip(),
            step.get("help", "").strip(),
        )

    def _output(self, spec: dict[str, Any]) -> Any:
        kind = self._node_type(spec["type"]) if "type" in spec else ""
        return ("output", self._template(spec.get("name", "")), self._template(spec["path"]), kind)

    def _loop(self, step: dict[str, Any], *, shell: bool) -> Any:
        self.loops = (*self.loops, step["for"])
        body = self._steps(step["then"], shell=shell)
        self.loops = self.loops[:-1]
        return ("for", step["for"], self._expr(step["count"]), body)

    # --- the rest -------------------------------------------------------------------------------------------

    def _traits(self) -> dict[str, Any]:
        given = self.source["traits"]
        traits: dict[str, Any] = {name: self._expr(self._chosen(given.get(name, False))) for name in _TRAITS}
        traits["memory"] = tuple(given.get("memory", ()))
        traits["items"] = given.get("items", "")
        traits["rank_rules"] = tuple(
            self._rule(rule) for rule in given.get("rank_rules", ()) if self._applies(rule)
        )
        return traits

    def _rule(self, rule: dict[str, Any]) -> dict[str, Any]:
        made = {
            key: value.strip() if isinstance(value, str) else value
            for key, value in rule.items()
            if key not in ("versions", "when")
        }
        return {**made, "when": self._expr(rule.get("when", True))}

    def _derive_flags(self, steps: Any) -> None:
        """Note for each option the first flag that its value, or its being set, brings about."""
        for option, flag in _flags(steps):
            if option in self.options:
                self.options[option].setdefault("flag", flag)


def _output_names(steps: Any) -> Any:
    """Yield the fixed part of every output's name."""
    for step in steps:
        if step[0] == "output":
            fixed = "".join(part for part in step[1] if isinstance(part, str))
            yield from (fixed,) if fixed else ()
        for body in _bodies(step):
            yield from _output_names(body)


def _bodies(step: Any) -> tuple[Any, ...]:
    bodies: tuple[Any, ...] = {"when": step[2:4], "command": step[1:2], "for": step[3:4]}.get(step[0], ())
    return bodies


def _flags(steps: Any) -> Any:
    """Yield (option, flag) pairs: a flag and the value after it, or a bare flag and its condition."""
    for step in steps:
        if step[0] == "text" and not step[2]:
            yield from _flags_of_text(step[1])
        elif step[0] == "when":
            yield from _flags_of_condition(*step[1:])
        for body in _bodies(step):
            yield from _flags(body)


def _flags_of_text(pieces: Any) -> Any:
    flag = ""
    for piece in pieces:
        if piece[0] == "lit" and piece[2].startswith("-"):
            flag = piece[2]
        elif piece[0] in ("value", "split") and flag:
            names = references(piece[1])
            yield from ((names[0][0], flag),) if len(names) == 1 else ()


def _flags_of_condition(condition: Expr, then: Any, otherwise: Any) -> Any:
    if condition[0] == "unary":
        condition = condition[3]
    flag = next(filter(None, map(_bare_flag, sorted((then, otherwise), key=len))), "")
    if condition[0] == "name" and flag:
        yield condition[2][0], flag


def _bare_flag(steps: Any) -> str:
    """Return the flag that steps begin with, if it takes no value of an option."""
    if not steps or steps[0][0] != "text":
        return ""
    words = [piece[2] for piece in steps[0][1] if piece[0] == "lit"]
    has_values = any(piece[0] in ("value", "split", "args") for piece in steps[0][1])
    return str(words[0]) if words and words[0].startswith("-") and not has_values else ""
