"""Compare the bundled data with two packages that have the same facts; for developers, before a release.

    python tools/check_prices.py

Every price that is in force on the data's date is compared with genai-prices, every shutdown date with the list in the
openai package. A difference must be listed in `known_differences.csv` with its reason; otherwise the exit code is 1.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, TextIO

import msgspec

from tokcount.models import catalog as catalogs
from tokcount.models.catalog import Catalog, data_date
from tokcount.models.price_rows import current

KNOWN = Path(__file__).parent / "known_differences.csv"
_PARTS = {
    "input": "input_mtok",
    "cached_input": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "output": "output_mtok",
}
_DATED = re.compile(r"Announced shutdown date:\s+(\d{4}-\d{2}-\d{2})")
_QUOTED = re.compile(r'"([^"]+)"')


class Difference(msgspec.Struct, frozen=True, order=True):
    """A fact on which the bundled data and a package differ."""

    package: str
    model: str
    fact: str
    ours: str
    theirs: str

    def __str__(self) -> str:
        return f"{self.package}: {self.model} {self.fact} is {self.theirs or 'unknown'}, here {self.ours or 'unknown'}"


def differences(catalog: Catalog) -> list[Difference]:
    """All differences, explained or not. Needs the packages genai-prices and openai."""
    from genai_prices import data_snapshot
    from openai.types.shared import chat_model

    snapshot = data_snapshot.get_snapshot()
    found = [*_price_differences(catalog, snapshot), *_shutdown_differences(catalog, _docstring(chat_model))]
    return sorted(found)


def known_differences() -> dict[Difference, str]:
    """Differences that are explained, with the reason."""
    with KNOWN.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = Difference.__struct_fields__
    return {Difference(*(row[name] for name in names)): row["reason"] for row in rows}


def shutdown_dates(docstring: str) -> dict[str, str]:
    """Model → shutdown date, from the list "Deprecated values" of the openai package.

    >>> shutdown_dates('- "gpt-4", "gpt-4-0613": Announced shutdown date: 2026-10-23. See …')
    {'gpt-4': '2026-10-23', 'gpt-4-0613': '2026-10-23'}
    """
    dates: dict[str, str] = {}
    for item in re.split(r"(?m)^[ \t]*- ", docstring):
        names, separator, rest = " ".join(item.split()).partition(": ")
        match = _DATED.match(rest)
        if separator and match:
            dates |= dict.fromkeys(_QUOTED.findall(names), match[1])
    return dates


def _docstring(module: Any) -> str:
    """The text under the list of model names, which Python itself drops."""
    return Path(module.__file__).read_text(encoding="utf-8")


def _shutdown_differences(catalog: Catalog, docstring: str) -> Iterator[Difference]:
    for name, theirs in shutdown_dates(docstring).items():
        model = catalog.models.get(name)
        ours = str(model.shutdown_date or "") if model else "no such model"
        if ours != theirs:
            yield Difference("openai", name, "shutdown", ours, theirs)


def _price_differences(catalog: Catalog, snapshot: Any) -> Iterator[Difference]:
    moment = datetime.combine(data_date(), time(12), UTC)
    for name in catalog.models:
        try:
            _, info = snapshot.find_provider_model(name, None, "openai", None)
        except LookupError:
            continue
        yield from _facts(name, catalog, info, moment)


def _facts(name: str, catalog: Catalog, info: Any, moment: datetime) -> Iterator[Difference]:
    window = catalog.models[name].context_window
    if info.context_window is not None and info.context_window != window:
        yield Difference("genai-prices", name, "context_window", _text(window), str(info.context_window))
    rows = catalog.price_rows(name)
    row = current(rows, moment.date()) if rows else None
    prices = info.get_prices(moment)
    for part, key in _PARTS.items():
        price = getattr(prices, key, None)
        tiers = getattr(price, "tiers", ())
        pairs = {
            part: (row and getattr(row.rates, part), getattr(price, "base", price)),
            f"long {part}": (row and row.long and getattr(row.long, part), tiers[0].price if tiers else None),
        }
        for fact, (ours, theirs) in pairs.items():
            unmetered = part == "output" and not ours and theirs is None
            if _text(ours) != _text(theirs) and not unmetered:
                yield Difference("genai-prices", name, fact, _text(ours), _text(theirs))


def _text(value: Any) -> str:
    """A number as text: no exponent, no trailing zeros; nothing for `None`."""
    if value is None:
        return ""
    text = f"{value:f}" if not isinstance(value, int) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def main(out: TextIO = sys.stdout) -> int:
    """Print unexplained differences and explanations that are no longer needed; 1 when there are any."""
    explained = known_differences()
    found = differences(catalogs.default())
    surprises = [difference for difference in found if difference not in explained]
    outdated = [difference for difference in explained if difference not in found]
    out.writelines(f"unexplained  {difference}\n" for difference in surprises)
    out.writelines(f"outdated     {difference}\n" for difference in outdated)
    out.write(
        f"{len(found)} differences, {len(surprises)} unexplained, {len(outdated)} explanations outdated\n"
    )
    return 1 if surprises or outdated else 0


if __name__ == "__main__":
    raise SystemExit(main())
