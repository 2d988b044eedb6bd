"""Slurm's small grammars: times, sizes, gres, host lists, node constraints.

Each reader takes what Slurm itself takes and refuses the rest with a `SlurmSyntaxError`, whose message names
the text and whose help is the nearest spelling that works. Checked against the programs of Slurm 22.05.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

UNLIMITED = 0xFFFFFFFF * 60
"""Seconds that stand for "no limit": more than any other time, so comparisons need no special case."""

MAX_HOSTS = 65536
"""The most hosts one list may name; Slurm's own limit for one range."""

MAX_CONSTRAINT, MAX_FEATURES = 4_000, 64
"""The most characters of a constraint, and the most features that it names."""

_MOST_DIGITS = 18

KIB = {"K": 1, "M": 1024, "G": 1024**2, "T": 1024**3}
COUNT_UNITS = {"K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4, "P": 1024**5}

FEATURE, ALL, ANY, SAME, SPLIT, COUNTED = "feature", "all", "any", "same", "split", "counted"


class SlurmSyntaxError(ValueError):
    """A text that Slurm would not read: `message` in the user's words, `help` the nearest that works."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = advice


# --- times ----------------------------------------------------------------------------------------------


def parse_time(text: str) -> int:
    """Return the seconds of a time limit: `minutes`, `m:s`, `h:m:s`, `d-h`, `d-h:m`, `d-h:m:s`.

    `UNLIMITED`, `INFINITE`, `-1` and a limit of zero (which Slurm reads as none) give `UNLIMITED`.
    """
    if text.upper() in ("UNLIMITED", "INFINITE", "-1"):
        return UNLIMITED
    days, dash, clock = text.rpartition("-")
    fields = clock.split(":")
    if not all(map(_is_number, fields)) or len(fields) > 3 or (dash and not _is_number(days)):
        raise SlurmSyntaxError(f"`{text}` is not a time limit", _time_advice(text))
    if dash:
        unit_seconds: tuple[int, ...] = (3600, 60, 1)
    else:
        unit_seconds = {1: (60,), 2: (60, 1), 3: (3600, 60, 1)}[len(fields)]
    seconds = sum(int(field) * unit for field, unit in zip(fields, unit_seconds, strict=False))
    seconds += int(days) * 86400 if dash else 0
    if seconds >= UNLIMITED:
        raise SlurmSyntaxError(f"`{text}` is longer than any time limit", "write UNLIMITED for no limit")
    return seconds or UNLIMITED


def format_time(seconds: int) -> str:
    """Return `D-HH:MM:SS`, without the days where there are none; `UNLIMITED` for no limit."""
    if seconds >= UNLIMITED:
        return "UNLIMITED"
    days, rest = divmod(seconds, 86400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days}-{clock}" if days else clock


def _time_advice(text: str) -> str:
    """Return how to write a time such as `24h`, `2 days` or `90 min`, else the forms there are."""
    number, letters = _number_and_unit(text)
    unit = {"d": 86400, "h": 3600, "m": 60, "s": 1}.get(letters[:1].lower(), 0)
    if number and len(number) < 7 and unit:
        return f"write {format_time(max(int(number) * unit, 60))}"
    return "write days-hours:minutes:seconds, as 1-00:00:00 or 08:00:00; a plain number is minutes"


def _is_number(text: str) -> bool:
    """Tell whether a text is a whole number of a size that can be: a longer one is no amount of anything."""
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def _number_and_unit(text: str) -> tuple[str, str]:
    """Split `200G` into `200` and `G`."""
    letters = text.strip().lstrip("0123456789")
    return text.strip().removesuffix(letters), letters.strip()


# --- sizes ----------------------------------------------------------------------------------------------


def parse_size(text: str, unit: str = "M") -> int:
    """Return MiB, rounded up, of a size such as `200G` (GiB); `unit` is that of a plain number."""
    number, suffix = _number_and_unit(text)
    letter = suffix.upper().removesuffix("B") if len(suffix) == 2 else suffix.upper()
    factor = KIB.get(letter or unit)
    if factor is None or not _is_number(number) or " " in text:
        raise SlurmSyntaxError(f"`{text}` is not a size", _size_advice(text, unit))
    return -(-int(number) * factor // 1024)


def format_memory(mib: int) -> str:
    """Return a size as Slurm's memory options take it: `6G` where that is exact, else `4200M`."""
    return f"{mib // 1024}G" if mib % 1024 == 0 and mib else f"{mib}M"


def _size_advice(text: str, unit: str) -> str:
    """Return a size such as `1.5G` or `200 GiB` in whole units, else the forms there are."""
    letters = text.strip().lstrip("0123456789.")
    amount = text.strip().removesuffix(letters)
    factor = KIB.get(letters.strip()[:1].upper() or unit)
    if factor and amount.count(".") <= 1 and _is_number(amount.replace(".", "", 1)) and len(amount) < 10:
        return f"write {format_memory(-int(-float(amount) * factor // 1024))}"
    return "write a whole number and K, M, G or T, as 200G (GiB)"


# --- generic resources ----------------------------------------------------------------------------------


class Gres(NamedTuple):
    """One generic resource of a node: `gpu:tesla:4` has a name, a type and a count."""

    name: str
    type: str = ""
    count: int = 1  # type: ignore[assignment]  # a record needs no tuple.count

    def __str__(self) -> str:
        return ":".join(part for part in (self.name, self.type, str(self.count)) if part)


def parse_gres(text: str) -> tuple[Gres, ...]:
    """Return the resources of a gres option or of sinfo's gres column; `none` and `(null)` give nothing."""
    if text.strip().lower() in ("", "none", "(null)"):
        return ()
    return tuple(_one_gres(part.strip(), text) for part in _outside_brackets(text, "(", ")"))


def format_gres(items: Iterable[Gres]) -> str:
    """Return the value of the one `--gres` option that a job may have (a second would replace the first)."""
    return ",".join(map(str, items))


def _one_gres(part: str, text: str) -> Gres:
    words = part.partition("(")[0].removeprefix("gres:").removeprefix("gres/").split(":")
    count = _gres_count(words[-1]) if len(words) > 1 else None
    if count is not None:
        words.pop()
    if not all(_is_name(word) for word in words) or len(words) > 2:
        raise SlurmSyntaxError(
            f"`{part}` in `{text}` is not a generic resource", "write name:type:count, as gpu:tesla:4"
        )
    return Gres(words[0], words[1] if len(words) == 2 else "", 1 if count is None else count)


def _gres_count(word: str) -> int | None:
    """Return the number of a count (`4`, `2K`), None for a type name; the units multiply by 1024."""
    number, letter = word[:-1], word[-1:].upper()
    if _is_number(word):
        return int(word)
    return int(number) * COUNT_UNITS[letter] if _is_number(number) and letter in COUNT_UNITS else None


def _is_name(word: str) -> bool:
    """Tell whether Slurm takes the word as the name of a gres or a feature."""
    return word.isascii() and word.replace("_", "").replace("-", "").replace(".", "").isalnum()


# --- host lists -----------------------------------------------------------------------------------------


def parse_hostlist(text: str) -> list[str]:
    """Return the hosts of `node[0001-0008,0012],big1`, in the order written, repetitions kept."""
    hosts: list[str] = []
    for part in _outside_brackets(text, "[", "]"):
        if part.strip():
            hosts += _expand_host(part.strip(), text)
        if len(hosts) > MAX_HOSTS:
            raise SlurmSyntaxError(f"`{text}` names more than {MAX_HOSTS} hosts", "name fewer hosts")
    return hosts


def format_hostlist(hosts: Sequence[str]) -> str:
    """Return a short list that `parse_hostlist` and Slurm read back as the same hosts in the same order."""
    parts: list[tuple[str, list[str]]] = []  # prefix, ranges
    last = ""
    for host in hosts:
        prefix = host.rstrip("0123456789")
        number = host[len(prefix) :]
        if number and parts and parts[-1][0] == prefix and parts[-1][1]:
            _append_number(parts[-1][1], last, number)
        else:
            parts.append((prefix, [number] if number else []))
        last = number
    return ",".join(_format_part(prefix, ranges) for prefix, ranges in parts)


def _append_number(ranges: list[str], last: str, number: str) -> None:
    """Lengthen the last range by `number` when it follows `last` at the same width, else begin another."""
    if number == str(int(last) + 1).zfill(len(last)):
        ranges[-1] = f"{ranges[-1].partition('-')[0]}-{number}"
    else:
        ranges.append(number)


def _format_part(prefix: str, ranges: list[str]) -> str:
    if not ranges:
        return prefix
    single = len(ranges) == 1 and "-" not in ranges[0]
    return prefix + (ranges[0] if single else f"[{','.join(ranges)}]")


def _expand_host(part: str, text: str) -> list[str]:
    """Expand every bracket of one comma-free part, the last one varying fastest."""
    hosts = [""]
    rest = part
    while "[" in rest:
        prefix, _, rest = rest.partition("[")
        inside, _, rest = rest.partition("]")
        numbers = [number for item in inside.split(",") for number in _expand_range(item, text)]
        if len(hosts) * len(numbers) > MAX_HOSTS:
            raise SlurmSyntaxError(f"`{text}` names more than {MAX_HOSTS} hosts", "name fewer hosts")
        hosts = [f"{host}{prefix}{number}" for host in hosts for number in numbers]
    if (rest and part != rest) or not _is_name(part.translate(_NO_BRACKETS)):
        raise SlurmSyntaxError(
            f"`{part}` is not a list of hosts", "write as node[0001-0008,0012]; nothing may follow a bracket"
        )
    return [host + rest for host in hosts]


_NO_BRACKETS = str.maketrans("[],", "---")


def _expand_range(item: str, text: str) -> Iterable[str]:
    """Return the numbers of `0001-0008`, zero-filled to the width of the first."""
    low, dash, high = item.partition("-")
    high = high if dash else low
    if not (_is_number(low) and _is_number(high)) or int(low) > int(high):
        raise SlurmSyntaxError(
            f"`{item}` in `{text}` is not a range", "write as 0001-0008, the smaller number first"
        )
    if int(high) - int(low) >= MAX_HOSTS:
        raise SlurmSyntaxError(f"`{text}` names more than {MAX_HOSTS} hosts", "name fewer hosts")
    return (str(number).zfill(len(low)) for number in range(int(low), int(high) + 1))


def _outside_brackets(text: str, opening: str, closing: str) -> Iterator[str]:
    """Split at commas that stand outside brackets; unpaired or nested brackets are an error."""
    depth = start = 0
    for index, character in enumerate(text):
        depth += (character == opening) - (character == closing)
        if depth not in (0, 1):
            break
        if character == "," and not depth:
            yield text[start:index]
            start = index + 1
    if depth:
        raise SlurmSyntaxError(
            f"the brackets of `{text}` do not pair", f"close each {opening} with {closing}"
        )
    yield text[start:]


# --- constraints ----------------------------------------------------------------------------------------


class Constraint(NamedTuple):
    """A node constraint as a tree.

    `kind` is FEATURE (`name`), ALL (`a&b`), ANY (`a|b`, each node for itself), SAME (`[a|b]`, all nodes
    alike), SPLIT (`[a*2&b*1]`, so many nodes of each) or COUNTED (`a*4`, at least `count` nodes with it).
    """

    kind: str
    name: str = ""
    parts: tuple[Constraint, ...] = ()
    count: int = 0  # type: ignore[assignment]  # a record needs no tuple.count


def parse_constraint(text: str) -> Constraint:
    """Return the tree of a `--constraint` value; `&` (or `,`) and `|` bind alike, from left to right."""
    if len(text) > MAX_CONSTRAINT:
        raise SlurmSyntaxError(
            f"the constraint has {len(text):,} characters; it may have {MAX_CONSTRAINT:,}",
            "name fewer features",
        )
    tokens = list(_constraint_tokens(text))
    if not tokens:
        raise SlurmSyntaxError("the constraint is empty", "name a node feature, or leave the constraint out")
    features = sum(map(_is_name, tokens))
    if features > MAX_FEATURES:
        raise SlurmSyntaxError(
            f"the constraint names {features:,} features; it may name {MAX_FEATURES}", "name fewer features"
        )
    reader = _ConstraintReader(text, tokens)
    tree = reader.chain("([")
    if reader.peek():
        raise reader.error()
    return tree


def constraint_allows(tree: Constraint, features: Collection[str]) -> bool:
    """Tell whether a node with these features may be part of a job with this constraint."""
    if tree.kind == FEATURE:
        return tree.name in features
    if tree.kind == COUNTED:
        return True  # asks for some such nodes and leaves the others free
    if tree.kind == ALL:
        return all(constraint_allows(part, features) for part in tree.parts)
    return any(constraint_allows(_uncounted(part, tree.kind), features) for part in tree.parts)


def constraint_nodes(tree: Constraint, nodes: Sequence[tuple[Collection[str], int]]) -> int:
    """Return how many nodes one job may have of these (features, count): all, or those of one part of `[a|b]`."""
    if tree.kind != SAME:
        return sum(count for _, count in nodes)
    parts = (
        sum(count for features, count in nodes if constraint_allows(part, features)) for part in tree.parts
    )
    return max(parts, default=0)


def constraint_least(tree: Constraint) -> int:
    """Return how many nodes a job must have at least: those that the counts of a constraint ask for."""
    if tree.kind == COUNTED:
        return tree.count
    least = [constraint_least(part) for part in tree.parts]
    if tree.kind == SPLIT:
        return sum(least)
    return min(least, default=1) if tree.kind in (ANY, SAME) else max(least, default=1)


def constraint_features(tree: Constraint) -> tuple[str, ...]:
    """Return the feature names of a constraint, each once, in the order written."""
    names = (
        [tree.name] if tree.kind == FEATURE else [n for part in tree.parts for n in constraint_features(part)]
    )
    return tuple(dict.fromkeys(names))


def format_constraint(tree: Constraint) -> str:
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


def _grouped(part: Constraint) -> str:
    text = format_constraint(part)
    return f"({text})" if part.kind in (ALL, ANY) else text


def _uncounted(part: Constraint, kind: str) -> Constraint:
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
        advice = "write features with & and |, as rack1|rack2, without blanks; (a|b)&c groups"
        return SlurmSyntaxError(f"Slurm would not read the constraint `{self.text}`{reason}", advice)

    def chain(self, openings: str) -> Constraint:
        """Read parts joined by `&` and `|`; `openings` are the brackets that may stand inside."""
        tree = self.term(openings)
        while self.peek() in ("&", "|"):
            kind = ALL if self.take() == "&" else ANY
            tree = _join(kind, tree, self.term(openings))
        return tree

    def term(self, openings: str) -> Constraint:
        """Read a feature or a group, and the number of nodes after it."""
        opening = self.peek()
        if opening and opening in openings:
            self.take()
            tree = self.brackets() if opening == "[" else self.chain("")
            if self.take() != {"[": "]", "(": ")"}[opening]:
                raise self.error(f"`{opening}` is not closed")
        elif _is_name(opening):
            tree = Constraint(FEATURE, self.take())
        else:
            raise self.error()
        return self.counted(tree) if self.peek() == "*" and opening != "[" else tree

    def counted(self, tree: Constraint) -> Constraint:
        self.take()
        if not _is_number(self.peek()) or int(self.peek()) == 0:
            raise self.error("after * stands a number of nodes")
        return Constraint(COUNTED, parts=(tree,), count=int(self.take()))

    def brackets(self) -> Constraint:
        """Read `a|b` (all nodes alike) or `a*2&b*1` (so many of each)."""
        parts = [self.term("(")]
        sign = self.peek()
        while self.peek() in ("&", "|") and self.peek() == sign:
            self.take()
            parts.append(self.term("("))
        counted = [part.kind == COUNTED for part in parts]
        if (any(counted) and (sign == "|" or not all(counted))) or (sign == "&" and not any(counted)):
            raise self.error("inside [ ] stand either a|b or a*2&b*1")
        return Constraint(SPLIT if all(counted) else SAME, parts=tuple(parts))


def _join(kind: str, left: Constraint, right: Constraint) -> Constraint:
    """Join two parts, without a level of its own for a part of the same kind."""
    parts = [part for side in (left, right) for part in (side.parts if side.kind == kind else (side,))]
    return Constraint(kind, parts=tuple(parts))
