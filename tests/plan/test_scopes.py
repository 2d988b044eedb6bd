"""A measure reads the fields of the choice that its scope names, and no others: the search relies on it."""

from __future__ import annotations

import sys
from inspect import signature
from pathlib import Path
from random import Random

sys.path.append(str(Path(__file__).parents[1] / "oracle"))

from instances import asked, instance

from relionc.plan.choice import Choice
from relionc.plan.pins import PIN_NAMES, Pins
from relionc.plan.problem import problem
from relionc.solve import Constraint, Floor, Span
from relionc.spec.model import Resources

FIELDS = tuple(signature(Choice).parameters)[1:]  # after what is known of the site
SITES, CHOICES = 150, 4
RARELY = {"need:scratch", "need:devices", "pin:constraint"}
"""These look at all of their scope only on few sites: with no scheduler, or few nodes with a feature."""


class Recording(Choice):
    """A choice that notes which fields were read; of a changed one, those that were not replaced."""

    __slots__ = ("read", "replaced")

    def __getattribute__(self, name):
        if name in FIELDS and name not in object.__getattribute__(self, "replaced"):
            object.__getattribute__(self, "read").add(name)
        return object.__getattribute__(self, name)

    def changed(self, **numbers):
        return recording(self, object.__getattribute__(self, "read"), numbers)


def recording(choice, read, numbers):
    """Copy a choice, with other values of some fields."""
    made = Recording.__new__(Recording)
    made.read, made.replaced = read, frozenset(numbers) | object_or_none(choice)
    made.on_site = choice.on_site
    for name in FIELDS:
        setattr(made, name, numbers.get(name, object.__getattribute__(choice, name)))
    return made


def object_or_none(choice):
    return object.__getattribute__(choice, "replaced") if isinstance(choice, Recording) else frozenset()


def drawn(draw, whole):
    """Give each variable a value of its domain; nothing where one has none."""
    choice = whole.blank()
    for variable in whole.variables:
        domain = variable.domain(choice)
        values = range(domain.low, domain.high + 1) if isinstance(domain, Span) else [*domain]
        if not values:
            return None
        setattr(choice, variable.name, draw.choice(values))
    return choice


def measures(whole):
    for each in (*whole.constraints, *whole.objectives):
        name, call = (each.label, each.measure) if isinstance(each, Constraint) else (each.name, each.cost)
        yield name, Floor(each.scope, call)
        yield from ((f"floor of {name}", floor) for floor in each.floors)


def fields_read(each, choice):
    """Return the fields that a measure looks at."""
    read = set()
    each.measure(recording(choice, read, {}))
    return read


def test_a_field_in_the_place_of_another_is_noticed():
    """A scope that names another field than its measure reads is found, whichever field it is."""
    whole = problem(asked(instance(Random(3))))
    choice = drawn(Random(3), whole)
    (cpus,) = (each for each in whole.constraints if each.label == "site:cpus")
    for name in cpus.scope:
        other = next(field for field in FIELDS if field not in cpus.scope)
        swapped = {other if field == name else field for field in cpus.scope}
        assert not fields_read(cpus, choice) <= swapped, name


def test_every_measure_reads_its_scope_alone():
    seen = {}
    for seed in range(SITES):
        draw = Random(seed)
        for _ in range(CHOICES):
            whole = problem(asked(instance(Random(seed))))  # anew: what it remembers, it does not read again
            choice = drawn(draw, whole)
            if choice is None:
                continue
            for name, each in measures(whole):
                read = fields_read(each, choice)
                assert read <= set(each.scope), f"{name} reads {sorted(read - set(each.scope))} too"
                seen.setdefault((name, each.scope), set()).update(read)
    assert len(seen) > 60
    idle = {key: set(key[1]) - read for key, read in seen.items() if set(key[1]) - read}
    assert {name for name, _ in idle} <= RARELY, idle


def test_every_domain_reads_what_it_says():
    for seed in range(40):
        whole = problem(asked(instance(Random(seed))))
        choice = drawn(Random(seed), whole)
        if choice is None:
            continue
        before = set()
        for variable in whole.variables:
            read = set()
            domain = variable.domain(recording(choice, read, {}))
            assert isinstance(domain, Span) or list(domain)
            assert read <= before
            before.add(variable.name)


def test_the_variables_are_the_fields_of_a_choice():
    whole = problem(asked(instance(Random(1))))
    assert [each.name for each in whole.variables] == list(FIELDS)
    assert set(Choice.__slots__) == {*FIELDS, "on_site"}


def test_pins_have_the_names_of_resources():
    assert PIN_NAMES == (*Resources._fields, "layout") == Pins._fields[:-1]
