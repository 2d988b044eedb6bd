"""Node constraints, as `--constraint` takes them."""

from __future__ import annotations

from functools import lru_cache
from itertools import zip_longest

from relionc.record import NamedTuple
from relionc.slurm.syntax import SlurmSyntaxError, is_feature, is_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

MAX_CONSTRAINT, MAX_FEATURES = 4_000, 64
"""The most characters of a constraint, and the most features that it names."""

FEATURE, ALL, ANY, SAME, SPLIT, COUNTED = "feature", "all", "any", "same", "split", "counted"


class NodeConstraint(NamedTuple):
    """A node constraint as a tree.

    `kind` is FEATURE (`name`), ALL (`a&b`), ANY (`a|b`, each node for itself), SAME (`[a|b]`, all nodes
    alike), SPLIT (`[a*2&b*1]`, so many nodes of each) or COUNTED (`a*4`, at least `count` nodes with it).
    """

    kind: str
    name: str = ""
    parts: tuple[NodeConstraint, ...] = ()
    count: int = 0  # type: ignore[assignment]  # a record needs no tuple.count


@lru_cache(maxsize=64)
def parse_constraint(text: str) -> NodeConstraint:
    """Return the tree of a `--constraint` value; `&` (or `,`) and `|` bind alike, from left to right."""
    if len(text) > MAX_CONSTRAINT:
        raise SlurmSyntaxError(
            f"the constraint has {len(text):,} characters; it may have {MAX_CONSTRAINT:,}",
            "name fewer features",
        )
    tokens = list(_constraint_tokens(text))
    if not tokens:
        raise SlurmSyntaxError("the constraint is empty", "name a node feature, or leave the constraint out")
    features = sum(map(is_feature, tokens))
    if features > MAX_FEATURES:
        raise SlurmSyntaxError(
            f"the constraint names {features:,} features; it may name {MAX_FEATURES}", "name fewer features"
        )
    reader = _ConstraintReader(text, tokens)
    tree = reader.chain("([")
    if reader.peek():
        raise reader.error()
    return tree


def constraint_allows(tree: NodeConstraint, features: Collection[str]) -> bool:
    """Tell whether a node with these features may be part of a job with this constraint."""
    if tree.kind == FEATURE:
        return tree.name in features
    if tree.kind == COUNTED:
        return True  # asks for some such nodes and leaves the others free
    if tree.kind == ALL:
        return all(constraint_allows(part, features) for part in tree.parts)
    return any(constraint_allows(_uncounted(part, tree.kind), features) for part in tree.parts)


class NodeCount(NamedTuple):
    """Nodes as a constraint counts them: all, those it allows, and for `[a|b]` those of each part."""

    all: int = 0
    allowed: int = 0
    any_allowed: bool = False
    parts: tuple[int, ...] = ()

    def plus(self, other: NodeCount) -> NodeCount:
        """Return the count of these nodes and others."""
        parts = tuple(map(sum, zip_longest(self.parts, other.parts, fillvalue=0)))
        allowed = self.allowed + other.allowed
        return NodeCount(self.all + other.all, allowed, self.any_allowed or other.any_allowed, parts)

    @property
    def of_a_job(self) -> int:
        """How many of them one job may have; all where the constraint allows none, which is refused elsewhere."""
        if self.parts:
            return max(self.parts)
        return self.allowed if self.any_allowed else self.all


def constraint_count(tree: NodeConstraint, features: Collection[str], count: int) -> NodeCount:
    """Return the count of so many nodes that have the same features."""
    fits = constraint_allows(tree, features)
    parts = tree.parts if tree.kind == SAME else ()
    by_part = tuple(count if constraint_allows(part, features) else 0 for part in parts)
    return NodeCount(count, count if fits else 0, fits, by_part)


def constraint_least(tree: NodeConstraint) -> int:
    """Return how many nodes a job must have at least: those that the counts of a constraint ask for."""
    if tree.kind == COUNTED:
        return tree.count
    least = [constraint_least(part) for part in tree.parts]
    if tree.kind == SPLIT:
        return sum(least)
    return min(least, default=1) if tree.kind in (ANY, SAME) else max(least, default=1)


def format_constraint(tree: NodeConstraint) -> str:
    """Return the text of a constraint; `parse_constraint` reads the same tree back."""
    if tree.kind == FEATURE:
        return tree.name
    if tree.kind == COUNTED:
        return f"{_grouped(tree.parts[0])}*{tree.count}"
    # The first part of a chain needs no parentheses, and Slurm takes none inside others.
    in_brackets = tree.kind in (SAME, SPLIT)
    first = _grouped(tree.parts[0]) if in_brackets else format_constraint(tree.parts[0])
    chain = ("|" if tree.kind in (ANY, SAME) else "&").join([first, *map(_grouped, tree.parts[1:])])
    return f"[{chain}]" if in_brackets else chain


def _grouped(part: NodeConstraint) -> str:
    text = format_constraint(part)
    return f"({text})" if part.kind in (ALL, ANY) else text


def _uncounted(part: NodeConstraint, kind: str) -> NodeConstraint:
    return part.parts[0] if kind == SPLIT and part.kind == COUNTED else part


def _constraint_tokens(text: str) -> Iterator[str]:
    """Yield feature names, numbers and the signs between them."""
    start = 0
    for index, character in enumerate(text):
        if character in "&|,()[]*":
            if text[start:index]:
                yield text[start:index]
            yield "&" if character == "," else character
            start = index + 1
    if text[start:]:
        yield text[start:]


class _ConstraintReader:
    """Reads tokens by recursive descent; parentheses do not nest, brackets hold parentheses only."""

    def __init__(self, text: str, tokens: list[str]) -> None:
        self.text = text
        self.tokens = tokens
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1] if self.at <= len(self.tokens) else ""

    def error(self, message: str = "") -> SlurmSyntaxError:
        where = f"at `{self.peek()}`" if self.peek() else "at its end"
        reason = f": {message}" if message else f", {where}"
        advice = "write features with & and |, as rack1|rack2, without spaces; (a|b)&c groups"
        return SlurmSyntaxError(f"Slurm would not read the constraint `{self.text}`{reason}", advice)

    def chain(self, openings: str) -> NodeConstraint:
        """Read parts joined by `&` and `|`; `openings` are the brackets that may stand inside."""
        kind, parts = "", [self.term(openings)]
        while self.peek() in ("&", "|"):
            sign = ALL if self.take() == "&" else ANY
            if sign != kind:
                kind, parts = sign, [*_parts_as(sign, _joined_by(kind, parts))]
            parts += _parts_as(kind, self.term(openings))
        return _joined_by(kind, parts)

    def term(self, openings: str) -> NodeConstraint:
        """Read a feature or a group, and the number of nodes after it."""
        opening = self.peek()
        if opening and opening in openings:
            self.take()
            tree = self.brackets() if opening == "[" else self.chain("")
            if self.take() != {"[": "]", "(": ")"}[opening]:
                raise self.error(f"`{opening}` is not closed")
        elif is_feature(opening):
            tree = NodeConstraint(FEATURE, self.take())
        else:
            raise self.error()
        return self.counted(tree) if self.peek() == "*" and opening != "[" else tree

    def counted(self, tree: NodeConstraint) -> NodeConstraint:
        self.take()
        if not is_number(self.peek()) or int(self.peek()) == 0:
            raise self.error("after * stands a number of nodes")
        return NodeConstraint(COUNTED, parts=(tree,), count=int(self.take()))

    def brackets(self) -> NodeConstraint:
        """Read `a|b` (all nodes alike) or `a*2&b*1` (so many of each)."""
        parts = [self.term("(")]
        sign = self.peek()
        while self.peek() in ("&", "|") and self.peek() == sign:
            self.take()
            parts.append(self.term("("))
        counted = [part.kind == COUNTED for part in parts]
        if (any(counted) and (sign == "|" or not all(counted))) or (sign == "&" and not any(counted)):
            raise self.error("inside [ ] stand either a|b or a*2&b*1")
        return NodeConstraint(SPLIT if all(counted) else SAME, parts=tuple(parts))


def _joined_by(kind: str, parts: Sequence[NodeConstraint]) -> NodeConstraint:
    """Join parts; one alone is what it is."""
    return NodeConstraint(kind, parts=tuple(parts)) if kind else parts[0]


def _parts_as(kind: str, part: NodeConstraint) -> tuple[NodeConstraint, ...]:
    """Return what a part adds to others of a kind: a part of the same kind is no level of its own."""
    return part.parts if part.kind == kind else (part,)
