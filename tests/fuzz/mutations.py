"""Inputs made of good ones: by their structure (keys, lists, values) and by their bytes."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

LARGEST = 1 << 22
"""Bytes: the command reads no larger file."""
NUMBERS = (0, -1, 1, 2, 63, 64, 65, 255, 4096, 65536, 2**31 - 1, 2**31, 2**63, 10**18, 10**30, 0.5, 1e308)
TEXTS = (
    "",
    " ",
    "~",
    "null",
    "12:00:00",
    "1-00:00:00",
    "UNLIMITED",
    "200G",
    "1.5T",
    "gpu:p100:4",
    "p100:4",
    "n[1-1000000000]",
    "n[0001-0008,9]",
    "a|b|(c&d)*3",
    "[a*2&b*1]",
    "0:1:2:3",
    "0,1:2,3",
    "0:" * 300,
    "a|" * 5000,
    "x" * 20000,
    "é漢\u00a0\u2003",
    "\u202e",
    "../../etc/passwd",
    "$(touch x)",
    "`id`",
    "a\tb",
    "%j",
    "--flag",
    "${{ vars.a }}",
    "${{ env.HOME }}",
    "${{ jobs.a.outputs.b }}",
    "${{ " + "(" * 200 + "1" + ")" * 200 + " }}",
    "${{ 9 ** 9 ** 9 }}",
    "${{ [[1,2],[3]] == [1] }}",
    "${{ 'a' * 1000000 }}",
    "${{ replace('aaaa', '', 'b') }}",
    "${{",
    "auto",
    "homogeneous",
    "homogeneous+1",
    "hetjob",
    "no such",
    "class3d",
    "refine3d",
    "motioncorr",
)
TOKENS = (
    b"- ",
    b": ",
    b"{",
    b"[",
    b"}",
    b"]",
    b"&a ",
    b"*a",
    b"<<: *a",
    b"!!int ",
    b"\t",
    b"\n",
    b"---\n",
    b"|\n",
    b'"',
    b"'",
    b"\xff",
    b"\x00",
    b"\x1b[31m",
    b"\xe2\x80\xae",
    b"${{ ",
    b" }}",
    b"12:00:00",
    b"? ",
    b"%YAML 1.1\n",
    b"#",
    b"XXXcommandXXX",
    b"XXXextra1XXX",
    b"{% for i in range(10**9) %}",
    b"{{ ",
    b"loop_\n",
    b"data_\n",
    b"_rln",
)


def structural(draw: Random, value: Any) -> bytes:
    """Return a document whose structure was changed in a few places; JSON, which is YAML, or with a key set twice."""
    value = deepcopy(value)
    for _ in range(draw.choice((1, 1, 1, 2, 3, 6))):
        where, key = draw.choice(list(_places(value)) or [(None, None)])
        if where is None:
            return json.dumps(_other(draw, value)).encode()
        _change(draw, where, key)
    text = json.dumps(value, ensure_ascii=draw.random() < 0.5, indent=draw.choice((None, 1)))
    if draw.random() < 0.1:
        text = text.replace(": ", ': 1, "a": ', 1)
    return text.encode("utf-8", "surrogatepass")[:LARGEST]


def _places(value: Any) -> Any:
    """Yield each container with each of its keys."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield value, key
        yield from _places(item)


def _change(draw: Random, where: Any, key: Any) -> None:
    kind = draw.randrange(6)
    if kind == 0:
        del where[key]
    elif kind == 1 and isinstance(where, dict):
        where[str(draw.choice(TEXTS))[:300]] = where.pop(key)
    elif kind == 2:
        other = draw.choice(list(where) if isinstance(where, dict) else range(len(where)))
        where[key], where[other] = where[other], where[key]
    elif kind == 3 and isinstance(where, dict):
        for i in range(_times(where[key], draw.choice((1, 2, 30, 1200)))):
            where[f"{key}{i}"] = where[key]
    else:
        where[key] = _other(draw, where[key])


def _times(value: Any, count: int) -> int:
    """Return how often to repeat a value: `count`, unless that makes a file larger than any that is read."""
    return 1 + min(count - 1, LARGEST // len(json.dumps(value)))


def _other(draw: Random, value: Any) -> Any:
    """Return a value in place of another: of its kind, of another kind, or it many times."""
    kind = draw.randrange(8)
    if kind < 3:
        return draw.choice(TEXTS)
    if kind < 5:
        return draw.choice(NUMBERS)
    if kind == 5:
        return draw.choice((None, True, False, [], {}, [[]], {"a": {}}))
    if kind == 6:
        return [value] * _times(value, draw.choice((1, 2, 100, 3000)))
    return {"a": value, str(draw.choice(TEXTS))[:200]: value}


def textual(draw: Random, data: bytes) -> bytes:
    """Return bytes with a few changed, left out, put in or repeated."""
    out = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 5, 20))):
        at = draw.randrange(len(out) + 1)
        kind = draw.randrange(6)
        if kind == 0 and at < len(out):
            out[at] = draw.randrange(256)
        elif kind == 1:
            del out[at : at + draw.choice((1, 2, 10, 100))]
        elif kind == 2:
            out[at:at] = draw.choice(TOKENS)
        elif kind == 3:
            out[at:at] = str(draw.choice((*NUMBERS, *TEXTS))).encode()
        elif kind == 4:
            part = bytes(out[at : at + draw.choice((1, 5, 40))])
            out[at:at] = part * draw.choice((1, 3, 50, 500))
        elif draw.random() < 0.2:
            del out[at:]
    return bytes(out)
