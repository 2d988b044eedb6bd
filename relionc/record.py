"""`NamedTuple`, made in a third of the time.

Every start of the command makes more than a hundred classes of records. `typing.NamedTuple` takes 180 microseconds for
one of five fields, most of it to compile annotations that nobody asks for; `collections.namedtuple` takes 50. Types are
those of `typing`: to mypy it is the same name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from collections import namedtuple

    _OF_THE_CLASS = frozenset(
        ("__annotations__", "__classcell__", "__module__", "__orig_bases__", "__qualname__")
    )

    class _Maker(type):
        """Makes a class that inherits from `NamedTuple` a plain named tuple; generic ones say so to mypy alone."""

        def __new__(cls, name, _bases, namespace):
            fields = namespace.get("__annotations__", {})
            defaults = [namespace[field] for field in fields if field in namespace]
            made = namedtuple(name, fields, defaults=defaults, module=namespace["__module__"])  # noqa: PYI024
            made.__annotations__ = fields
            for key, value in namespace.items():
                if key not in fields and key not in _OF_THE_CLASS:
                    setattr(made, key, value)
            made.__class_getitem__ = classmethod(lambda of, _: of)
            return made

    class NamedTuple:
        """What a record inherits from."""

        def __mro_entries__(self, _bases):
            return (_BASE,)

    _BASE = type.__new__(_Maker, "NamedTuple", (), {})
    NamedTuple = NamedTuple()

__all__ = ["NamedTuple"]
