"""Numbers as text for people: thousands, signed percentages, shares, money.

The one place where that happens: cells of tables become text in `show`, by their `CellKind`, and sentences use the same
functions. A value that is not zero never reads as zero, and a share that is not the whole never reads as the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from tokcount.document.blocks import (
    MARKS,
    Badge,
    Bar,
    Blocks,
    Cards,
    Cell,
    CellKind,
    Fact,
    Measured,
    Places,
    Table,
)

MINUS = "\N{MINUS SIGN}"
UNKNOWN = "\N{EN DASH}"
BYTE_UNITS = ("B", "kB", "MB", "GB", "TB")


def show(value: Cell, kind: CellKind, places: int | None = None) -> str:
    """A value for people; `None` is a dash. `places`: the decimals of amounts, see `money_places`."""
    match value:
        case None:
            return UNKNOWN
        case Measured(value=inner, kind=own, prefix=prefix):
            return ("" if inner is None else prefix) + show(inner, own, places)
        case Badge(level=level, text=text):
            return f"{MARKS[level]} {text}".rstrip()
        case Places():
            return places_of(value)
        case Bar():
            return bar(value)
        case bool():
            return "yes" if value else "no"
    if kind in AMOUNTS and places is not None:
        return fixed_usd(value, places, signed=kind == "usd_change")
    return SHOWN[kind](value)


def fact_text(fact: Fact, places: int) -> str:
    """A value and how it changes in a line: `24,624 → 22,686, −7.9 % (over the same 214 records)`."""
    values = [show(cell, "text", places) for cell in (fact.value, fact.to) if cell is not None]
    change = [show(fact.change, "text", places)] if fact.change is not None else []
    note = f" ({fact.note})" if fact.note else ""
    return ", ".join([" → ".join(values) or show(None, "text"), *change]) + note


def places_of(value: Places) -> str:
    """`a.jsonl:1, a.jsonl:3 and 12 more`."""
    named = ", ".join(value.named)
    more = f"{integer(value.more)} more" if value.more else ""
    return " and ".join(filter(None, (named, more)))


def plain(value: Cell, kind: CellKind) -> str:
    """A raw value for programs: digits without separators, a share as a decimal, `None` as nothing.

    A share has six significant digits, money and counts have all of theirs.
    """
    if isinstance(value, Measured):
        return plain(value.value, value.kind)
    if value is None:
        return ""
    if kind in TEXTS or not isinstance(value, str | int | float) or isinstance(value, bool):
        return show(value, "text")
    digits = f"{float(value):.6g}" if kind in FRACTIONS else str(value)
    return f"{Decimal(digits):f}"


FRACTIONS = frozenset({"percent", "points", "share"})
"""Kinds whose values are parts of a whole."""
TEXTS = frozenset({"text", "code"})
AMOUNTS = frozenset({"usd", "usd_change"})
"""Kinds of money that has one number of decimals in a report."""


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


MOST_PLACES = 4
"""Decimals of amounts where the largest is a dime or more; smaller ones have up to four digits."""


def money_places(amounts: Iterable[str | float]) -> int:
    """The decimals of all amounts of a report: the smallest has two digits, unless that takes too many decimals.

    From $100 there are two.
    """
    known = [number for amount in amounts if (number := abs(Decimal(str(amount))))]
    largest, smallest = max(known, default=Decimal(0)), min(known, default=Decimal(0))
    if not known or largest >= 100:
        return 2
    return max(2, min(1 - smallest.adjusted(), max(MOST_PLACES, 3 - largest.adjusted())))


def places_in(blocks: Blocks) -> int:
    """`money_places` of all amounts in some blocks."""
    return money_places(amount for block in blocks for amount in _amounts(block))


def _amounts(block: object) -> Iterable[str | float]:
    if isinstance(block, Table):
        cells = [
            (cell, column.kind) for row in block.rows for cell, column in zip(row, block.columns, strict=True)
        ]
    elif isinstance(block, Cards):
        facts = [fact for card in block.cards for fact in card.facts]
        cells = [(cell, "text") for fact in facts for cell in (fact.value, fact.to, fact.change)]
    else:
        return
    for cell, kind in cells:
        value, own = (cell.value, cell.kind) if isinstance(cell, Measured) else (cell, kind)
        if own in AMOUNTS and isinstance(value, str | int | float):
            yield value


def fixed_usd(amount: float | str, places: int, *, signed: bool = False) -> str:
    """Money with a number of decimals; what rounds to zero and is not: `<$0.0001`."""
    number = Decimal(str(amount))
    sign = MINUS if number < 0 else "+" if signed and number > 0 else ""
    rounded = abs(number).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    least = "<" if number and not rounded else ""
    shown = Decimal(1).scaleb(-places) if least else rounded
    return f"{least}{sign}${shown:,f}"


def size(count: float | str) -> str:
    """Bytes in decimal units: `812 B`, `1.4 MB`."""
    number = float(count)
    unit = 0
    while number >= 999.5 and unit < len(BYTE_UNITS) - 1:
        number /= 1000
        unit += 1
    return f"{number:.0f} B" if unit == 0 else f"{number:.1f} {BYTE_UNITS[unit]}"


BAR_WIDTH = 16
EIGHTHS = " ▏▎▍▌▋▊▉█"


def bar(shown: Bar) -> str:
    """The first span of a bar in block characters; on a scale with two sides a line marks zero."""
    if not shown.spans or shown.high <= shown.low:
        return ""
    unit = (shown.high - shown.low) / BAR_WIDTH
    span = shown.spans[0]
    left, right = sorted((span.start, span.end))
    if shown.low >= 0:
        return " " * round((left - shown.low) / unit) + _blocks((right - left) / unit)
    below, above = round(-shown.low / unit), (max(0, right)) / unit
    return f"{'█' * round(-left / unit):>{below}}│{_blocks(above)}".rstrip()


def _blocks(length: float) -> str:
    """A length above 0 shows at least an eighth of a block."""
    whole, eighths = divmod(round(length * 8) or int(length > 0), 8)
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
    "code": str,
    "int": integer,
    "change": change,
    "percent": percent,
    "points": points,
    "share": share,
    "usd": usd,
    "usd_change": usd_change,
    "price": usd,
    "bytes": size,
    "bar": str,
}
"""CellKind → how its values are shown."""
