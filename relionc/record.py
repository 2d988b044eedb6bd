"""`NamedTuple`, made in a fraction of the time; and what generic classes need, which `typing` says to mypy alone.

Every start of the command makes more than a hundred classes of records. `typing.NamedTuple` takes 180 microseconds for
one of five fields, most of it to compile annotations that nobody asks for; `collections.namedtuple` takes 50, most of
it to compile `__new__`. Here a record takes the `__new__` that is written below for as many fields, under the names of
its own, and shares all other methods: 15. Types are those of `typing`: to mypy they are the same names. Loading
`typing` itself would take as long as two hundred records, so no module does when the program runs.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Generic, NamedTuple, TypeVar
else:
    from _collections import _tuplegetter
    from collections import namedtuple

    _tuple = tuple.__new__
    # fmt: off
    _NEW = {
        1: lambda cls, a: _tuple(cls, (a,)),
        2: lambda cls, a, b: _tuple(cls, (a, b)),
        3: lambda cls, a, b, c: _tuple(cls, (a, b, c)),
        4: lambda cls, a, b, c, d: _tuple(cls, (a, b, c, d)),
        5: lambda cls, a, b, c, d, e: _tuple(cls, (a, b, c, d, e)),
        6: lambda cls, a, b, c, d, e, f: _tuple(cls, (a, b, c, d, e, f)),
        7: lambda cls, a, b, c, d, e, f, g: _tuple(cls, (a, b, c, d, e, f, g)),
        8: lambda cls, a, b, c, d, e, f, g, h: _tuple(cls, (a, b, c, d, e, f, g, h)),
        9: lambda cls, a, b, c, d, e, f, g, h, i: _tuple(cls, (a, b, c, d, e, f, g, h, i)),
        10: lambda cls, a, b, c, d, e, f, g, h, i, j: _tuple(cls, (a, b, c, d, e, f, g, h, i, j)),
        11: lambda cls, a, b, c, d, e, f, g, h, i, j, k: _tuple(cls, (a, b, c, d, e, f, g, h, i, j, k)),
        12: lambda cls, a, b, c, d, e, f, g, h, i, j, k, m: _tuple(cls, (a, b, c, d, e, f, g, h, i, j, k, m)),
        13: lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n: _tuple(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n)),
        14: lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o:
            _tuple(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o)),
        15: lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p:
            _tuple(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p)),
        16: lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q:
            _tuple(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q)),
        17: lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r:
            _tuple(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r)),
        18: lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s:
            _tuple(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s)),
        19: lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t:
            _tuple(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t)),
        20: lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t, u:
            _tuple(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t, u)),
        21: lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t, u, v:
            _tuple(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t, u, v)),
        22: lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t, u, v, w:
            _tuple(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t, u, v, w)),
        23: lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t, u, v, w, x:
            _tuple(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t, u, v, w, x)),
        24: lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t, u, v, w, x, y:
            _tuple(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t, u, v, w, x, y)),
        25: lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t, u, v, w, x, y, z:
            _tuple(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t, u, v, w, x, y, z)),
    }
    # fmt: on
    """`__new__` of a record, by the number of its fields; where there are more, `collections` makes it."""

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

    class Generic:
        """What a generic class inherits from."""

        __slots__ = ()

        def __class_getitem__(cls, _):
            return cls

    def TypeVar(name, **_):  # noqa: N802 - as typing calls it
        """Return what stands for a type."""
        return name

    _BASE = type.__new__(_Maker, "NamedTuple", (), {})
    NamedTuple = NamedTuple()

__all__ = ["Generic", "NamedTuple", "TypeVar"]
