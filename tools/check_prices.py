"""Compare the bundled data with packages that have the same facts, and print what is new or changed in them.

    python tools/check_prices.py                    # genai-prices, openai, and litellm where it is installed
    python tools/check_prices.py --litellm WHEEL    # a wheel of litellm, or its model_prices…json
    python tools/check_prices.py --all              # also the differences that are explained

For developers, before a release: this is how the data is refreshed. Every model, price and shutdown date on the data's
date is compared. A difference must be listed in `known_differences.csv` with its reason, where `*` in a model is any
text and `…` in a value is any value; otherwise, or when an explanation is no longer needed, the exit code is 1.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TextIO

import price_lists as lists
from price_lists import Difference

from tokcount.models import catalog as catalogs
from tokcount.models.catalog import Catalog

KNOWN = Path(__file__).parent / "known_differences.csv"
ANY = "…"


def differences(catalog: Catalog, litellm: Path | None = None) -> tuple[list[Difference], set[str]]:
    """All differences, explained or not, and the packages that were compared.

    `litellm`: a wheel or a price list of litellm; `None`: the installed one, or none.
    """
    found = [*lists.of_genai_prices(catalog), *lists.of_openai(catalog)]
    compared = {"genai-prices", "openai"}
    prices = lists.litellm_prices(litellm)
    if prices is not None:
        found += lists.of_litellm(catalog, prices)
        compared.add("litellm")
    return sorted(found), compared


def known_differences() -> dict[Difference, str]:
    """Differences that are explained, with the reason."""
    with KNOWN.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = Difference.__struct_fields__
    return {Difference(*(row[name] for name in names)): row["reason"] for row in rows}


def explains(known: Difference, found: Difference) -> bool:
    """Whether an explanation is about a difference."""
    return (
        known.package == found.package
        and fnmatchcase(found.model, known.model)
        and fnmatchcase(found.fact, known.fact)
        and all(a in (ANY, b) for a, b in ((known.ours, found.ours), (known.theirs, found.theirs)))
    )


def main(arguments: Sequence[str] = (), out: TextIO = sys.stdout) -> int:
    """Print unexplained differences and explanations that are no longer needed; 1 when there are any."""
    options = _options(arguments)
    found, compared = differences(catalogs.default(), options.litellm)
    explained = {known: reason for known, reason in known_differences().items() if known.package in compared}
    surprises = [one for one in found if not _reason(one, explained)]
    outdated = [known for known in explained if not any(explains(known, one) for one in found)]
    out.writelines(f"unexplained  {difference}\n" for difference in surprises)
    out.writelines(f"outdated     {known}\n" for known in outdated)
    if options.all:
        out.writelines(
            f"explained    {one}: {_reason(one, explained)}\n" for one in found if one not in surprises
        )
    out.write(
        f"{', '.join(sorted(compared))}: {len(found)} differences, {len(surprises)} unexplained, "
        f"{len(outdated)} explanations outdated\n"
    )
    return 1 if surprises or outdated else 0


def _reason(found: Difference, explained: dict[Difference, str]) -> str | None:
    return next((reason for known, reason in explained.items() if explains(known, found)), None)


def _options(arguments: Iterable[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--litellm", type=Path, metavar="FILE", help="a wheel or the price list of litellm")
    parser.add_argument("--all", action="store_true", help="also print the differences that are explained")
    return parser.parse_args(list(arguments))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
