"""`NamedTuple`, made in a fraction of the time.

Every start of the command makes more than a hundred classes of records. `typing.NamedTuple` takes 180 microseconds for
one of five fields, most of it to compile annotations that nobody asks for; `collections.namedtuple` takes 50, most of
it to compile `__new__`. Here a record takes the `__new__` of the first with as many fields, under the names of its own,
and shares all other methods: 15. Types are those of `typing`: to mypy it is the same name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from _collections import _tuplegetter
    from collections import namedtuple

    _NEW = {}
    """`__new__` of a named tuple, by the number of fields."""

    class _Record(tuple):
        """What all records have: the methods of a named tuple."""

        __slots__ = ()
        _fields = ()

        @classmethod
        def _make(cls, values):
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"{cls.__name__} has {len(cls._fields)} fields, not {len(made)}")
            return made

        def _replace(self, /, **values):
            made = tuple.__new__(self.__class__, map(values.pop, self._fields, self))
            if values:
                raise ValueError(f"{self.__class__.__name__} has no field {', '.join(values)}")
            return made

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            fields = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
            return f"{self.__class__.__name__}({fields})"

        def __getnewargs__(self):
            return tuple(self)

        def __class_getitem__(cls, _):
            return cls  # generic ones say so to mypy alone

    def _new(name, fields, defaults):
        """Return the `__new__` of a record."""
        size = len(fields)
        if size not in _NEW:
            _NEW[size] = namedtuple("_", [f"f{number}" for number in range(size)]).__new__  # noqa: PYI024
        pattern = _NEW[size]
        code = pattern.__code__.replace(
            co_name="__new__", co_qualname=f"{name}.__new__", co_varnames=("_cls", *fields)
        )
        return type(pattern)(code, pattern.__globals__, "__new__", defaults)

    class _Maker(type):
        """Makes a class that inherits from `NamedTuple` a record."""

        def __new__(cls, name, _bases, namespace):
            fields = tuple(namespace.get("__annotations__", ()))
            defaults = {field: namespace[field] for field in fields if field in namespace}
            namespace |= {field: _tuplegetter(place, None) for place, field in enumerate(fields)}
            namespace |= {"__slots__": (), "_fields": fields, "__match_args__": fields}
            namespace |= {
                "_field_defaults": defaults,
                "__new__": _new(name, fields, tuple(defaults.values())),
            }
            return type(name, (_Record,), namespace)

    class NamedTuple:
        """What a record inherits from."""

        def __mro_entries__(self, _bases):
            return (_BASE,)

    _BASE = type.__new__(_Maker, "NamedTuple", (), {})
    NamedTuple = NamedTuple()

__all__ = ["NamedTuple"]
