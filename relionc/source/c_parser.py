"""Loads the C parser of `ruamel.yaml.clib` without the modules of `ruamel.yaml` that it imports and never calls.

`_ruamel_yaml` imports the whole package for the names of errors, tokens and nodes: 25 modules, `datetime` and `glob`
with them, a tenth of a cold build. Events are all that relionc takes of it. So, while it is loaded, stand-ins take the
place of those modules, and `ruamel.yaml` is a package that is not run yet: the first to ask it for a name, as the
pure-Python parser does, has it run, and the parser gets the real classes then (docs/decisions/0020).
"""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from typing import Any

_PACKAGE = "ruamel.yaml"
_C = "_ruamel_yaml"
_NOT_CALLED = tuple(
    f"{_PACKAGE}.{name}"
    for name in (
        "composer", "constructor", "emitter", "nodes", "parser", "reader", "representer", "scanner", "serializer",
        "tokens",
    )
)  # fmt: skip


def _load_light() -> None:
    """Load the parser with stand-ins for what it never calls, if nobody has loaded anything of it yet."""
    spec = _package_spec() if _C not in sys.modules and _PACKAGE not in sys.modules else None
    if spec is None:
        return
    package = _Later(_PACKAGE)
    package.__path__ = spec.submodule_search_locations or []
    package.__spec__, package.__file__, package.__loader__ = spec, spec.origin, spec.loader
    sys.modules[_PACKAGE] = package
    vars(sys.modules["ruamel"])["yaml"] = package  # as an import would
    standing_in = {name: _StandIn(name) for name in _NOT_CALLED}
    sys.modules.update(standing_in)
    try:
        import _ruamel_yaml  # noqa: F401 - whoever needs it finds it loaded
    except ImportError:  # the pure-Python parser has to do
        pass
    finally:
        for name in standing_in:
            del sys.modules[name]


def _package_spec() -> ModuleSpec | None:
    """Return where `ruamel.yaml` is, without running it."""
    import ruamel

    found = (finder.find_spec(_PACKAGE, ruamel.__path__) for finder in sys.meta_path)
    return next(filter(None, found), None)


class _StandIn(ModuleType):
    """A module whose every name is a class of its own, until the real one is loaded."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        # What the reader says has no place in it, all other errors have.
        base = YAMLError if name == "ReaderError" else MarkedYAMLError if name.endswith("Error") else object
        made = type(name, (base,), {"__module__": self.__name__})
        setattr(self, name, made)
        return made


class _Later(ModuleType):
    """The package before it is run, which is when somebody asks it for a name."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self.__class__ = ModuleType  # type: ignore[assignment]  # from here on a module like others
        assert self.__spec__ is not None  # noqa: S101 - see _load_light
        assert self.__spec__.loader is not None  # noqa: S101
        self.__spec__.loader.exec_module(self)
        _give_real_names()
        return getattr(self, name)


def _give_real_names() -> None:
    """Put the real classes where the parser has stand-ins."""
    from importlib import import_module

    parser = sys.modules.get(_C)
    for name, value in list(vars(parser).items() if parser else ()):
        if isinstance(value, type) and value.__module__ in _NOT_CALLED:
            setattr(parser, name, getattr(import_module(value.__module__), name))


_load_light()
