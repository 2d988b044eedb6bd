"""Sizes of memory, as `--mem` takes them."""

from __future__ import annotations

from relionc.slurm.syntax import SlurmSyntaxError, is_number, number_and_unit

KIB = {"K": 1, "M": 1024, "G": 1024**2, "T": 1024**3}


def parse_size(text: str, unit: str = "M") -> int:
    """Return MiB, rounded up, of a size such as `200G` (GiB); `unit` is that of a plain number."""
    number, suffix = number_and_unit(text)
    letter = suffix.upper().removesuffix("B") if len(suffix) == 2 else suffix.upper()
    factor = KIB.get(letter or unit)
    if factor is None or not is_number(number) or " " in text:
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
    if factor and amount.count(".") <= 1 and is_number(amount.replace(".", "", 1)) and len(amount) < 10:
        return f"write {format_memory(-int(-float(amount) * factor // 1024))}"
    return "write a whole number and K, M, G or T, as 200G (GiB)"
