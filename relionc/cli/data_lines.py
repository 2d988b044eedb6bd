"""What a plan was made for: the facts about the data, and which file, job or spec says each."""

from __future__ import annotations

from relionc.cli.say import on_one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from relionc.spec.model import Data, Fact


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


_SAID: Mapping[str, Callable[[Any], str]] = {
    "particles": lambda count: _many(count, "particle"),
    "unique_particles": lambda count: _many(count, "different image"),
    "micrographs": lambda count: _many(count, "micrograph"),
    "tomograms": lambda count: _many(count, "tomogram"),
    "box": lambda size: f"box {size}",
    "angpix": lambda size: f"{size:.6g} Å",
    "planes": lambda count: f"{count} images or planes each",
    "micrograph_width": lambda size: f"{size} pixels wide",
    "micrograph_height": lambda size: f"{size} high",
    "frames": lambda count: _many(count, "frame"),
    "float16": lambda half: "16-bit images" if half else "",
}
"""What each fact says; those that say nothing are left out."""


def data_lines(data: Data) -> str:
    """Return a line for each file, job or spec that says something, with all that is believed of it."""
    by_origin: dict[str, list[str]] = {}
    for name, say in _SAID.items():
        fact: Fact[Any] | None = getattr(data, name)
        if fact is not None and (text := _text(name, fact, data, say)):
            by_origin.setdefault(_origin(fact), []).append(text)
    lines = [f" data from {on_one_line(origin)}: {', '.join(said)}" for origin, said in by_origin.items()]
    return "".join(f"{line}\n" for line in lines)


def _text(name: str, fact: Fact[Any], data: Data, say: Callable[[Any], str]) -> str:
    if name == "unique_particles" and data.particles and fact.value == data.particles.value:
        return ""
    if name == "planes" and fact.value == 1:
        return ""
    text = say(fact.value)
    return f"at most {text}" if fact.at_most and text else text


def _origin(fact: Fact[Any]) -> str:
    return "`data` of the spec" if fact.route is not None else fact.origin
