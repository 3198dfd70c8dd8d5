"""Numbers as text for people: thousands, signed percentages, shares, money.

The one place where that happens: cells of tables become text in `show`, by their `CellKind`, and sentences use the same
functions. A value that is not zero never reads as zero, and a share that is not the whole never reads as the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from tokcount.document.blocks import Cell, CellKind, Measured

MINUS = "\N{MINUS SIGN}"
UNKNOWN = "\N{EN DASH}"
BYTE_UNITS = ("B", "kB", "MB", "GB", "TB")


def show(value: Cell, kind: CellKind) -> str:
    """A raw value for people; `None` is a dash."""
    if isinstance(value, Measured):
        return ("" if value.value is None else value.prefix) + show(value.value, value.kind)
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    return SHOWN[kind](value)


def plain(value: Cell, kind: CellKind) -> str:
    """A raw value for programs: digits without separators, a share as a decimal, `None` as nothing.

    A share has six significant digits, money and counts have all of theirs.
    """
    if isinstance(value, Measured):
        return plain(value.value, value.kind)
    if value is None:
        return ""
    if isinstance(value, bool) or kind == "text":
        return show(value, "text")
    digits = f"{float(value):.6g}" if kind in FRACTIONS else str(value)
    return f"{Decimal(digits):f}"


FRACTIONS = frozenset({"percent", "points", "share", "bar"})
"""Kinds whose values are parts of a whole."""


def integer(value: float | str) -> str:
    """With thousands separators and a real minus: `4,812,007`, `−3`. A fraction has at most two decimals: `2.5`."""
    number = Decimal(str(value))
    text = f"{number:,.0f}" if number == number.to_integral_value() else f"{round(number, 2).normalize():,f}"
    return text.replace("-", MINUS)


def change(value: float | str) -> str:
    """A signed number: `+12`, `−3`, `0`."""
    return f"+{integer(value)}" if float(value) > 0 else integer(value)


def percent(fraction: float | str) -> str:
    """A signed change: `−33.3 %`, `+41.0 %`; a change too small to show keeps its sign: `+0.0 %`."""
    number = float(fraction)
    sign = "+" if number > 0 else MINUS if number < 0 else ""
    return f"{sign}{abs(number) * 100:,.1f} %"


def points(fraction: float | str) -> str:
    """A signed difference of shares, in percentage points: `+1.5 points`."""
    return f"{percent(fraction).removesuffix(' %')} points"


def share(fraction: float | str) -> str:
    """A part of a whole: `99.4 %`; only all of it is `100 %`, only nothing is `0 %`. Ratios go beyond: `120.0 %`."""
    number = float(fraction)
    if number in {0.0, 1.0}:
        return f"{number * 100:.0f} %"
    if 0 < number < 0.0005:
        return "< 0.1 %"
    if 0.9995 <= number < 1:
        return "> 99.9 %"
    return f"{number * 100:,.1f} %".replace("-", MINUS)


def usd(amount: float | str) -> str:
    """Money with cents, and three significant digits below a dollar: `$1,204.50`, `$0.000123`."""
    number = Decimal(str(amount))
    places = 2 if number == 0 or abs(number) >= 1 else max(2, 2 - number.adjusted())
    rounded = abs(number).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{rounded:,f}"
    kept = text.rstrip("0") if places > 2 else text
    kept += "0" * max(0, 2 - len(kept.partition(".")[2]))
    return f"{MINUS if number < 0 else ''}${kept}"


def usd_change(amount: float | str) -> str:
    """A difference in money, always signed: `+$3.20`, `−$0.0041`."""
    return f"+{usd(amount)}" if Decimal(str(amount)) > 0 else usd(amount)


def size(count: float | str) -> str:
    """Bytes in decimal units: `812 B`, `1.4 MB`."""
    number = float(count)
    unit = 0
    while number >= 999.5 and unit < len(BYTE_UNITS) - 1:
        number /= 1000
        unit += 1
    return f"{number:.0f} B" if unit == 0 else f"{number:.1f} {BYTE_UNITS[unit]}"


BAR_WIDTH = 12
EIGHTHS = " ▏▎▍▌▋▊▉█"


def bar(length: float | str) -> str:
    """A length between 0 and 1 in block characters; a length above 0 shows at least an eighth of one."""
    size = min(max(float(length), 0.0), 1.0) * BAR_WIDTH
    whole, eighths = divmod(round(size * 8) or int(size > 0), 8)
    return "█" * whole + (EIGHTHS[eighths] if eighths else "")


def sparkline(values: Sequence[float | None]) -> str:
    """Numbers as a row of columns from 0 to the largest; an unknown number is a gap."""
    largest = max((value for value in values if value is not None), default=0)
    steps = ("▁▂▃▄▅▆▇█"[_step(value, largest)] if value is not None else " " for value in values)
    return "".join(steps)


def _step(value: float, largest: float) -> int:
    return min(max(round(value / largest * 7), int(value > 0)), 7) if largest > 0 else 0


SHOWN: dict[CellKind, Callable[[int | float | str], str]] = {
    "text": str,
    "int": integer,
    "change": change,
    "percent": percent,
    "points": points,
    "share": share,
    "usd": usd,
    "usd_change": usd_change,
    "bytes": size,
    "bar": bar,
}
"""CellKind → how its values are shown."""
