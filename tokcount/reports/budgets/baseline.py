"""Baselines: earlier values of budgets, in a small file that is kept with the code.

One value per line, sorted, without a timestamp or any text of a log: two branches that each add a budget merge, and a
log that was moved or renamed still compares, because values are kept under what was measured
(`tokcount.reports.budgets.language.Budget.value_key`). Values of each file and tag are kept in addition.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from tokcount.document.amounts import is_plain
from tokcount.errors import UsageError
from tokcount.reports.budgets.language import GROUPS, Group
from tokcount.reports.budgets.metric import Unit
from tokcount.reports.columns import decimal_text

VERSION: Final = 2
READ: Final = (1, VERSION)
"""The versions that are read; the first one has no values of files and tags."""
LARGEST: Final = 10**18
SPAN: Final = re.compile(r"""(?:^|, )(?:since|until) [^"',]+(?=$|, (?:since|until) )""")
Baseline = Mapping[str, Decimal]
"""What was measured → its value; shares as fractions, money in USD."""


class SavedBaseline(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds. `conditions`: which records the values are of, as `--where` selects them; empty: all.

    `sources` and `tags` have values of each file and of each tag.
    """

    values: Baseline = {}
    conditions: str = ""
    sources: Mapping[str, Baseline] = {}
    tags: Mapping[str, Baseline] = {}

    def groups(self, group: Group) -> Mapping[str, Baseline]:
        """The values of each file, or of each tag."""
        return self.tags if group == "tag" else self.sources


def conditions_of(selection: str) -> str:
    """The conditions of a selection as reports name it, without its span of time: periods may be compared."""
    return SPAN.sub("", selection)


Values = Mapping[str, str | int | float]
"""What was measured → its value as baselines write it, see `json_value`."""


def to_text(
    values: Values, conditions: str = "", groups: Mapping[Group, Mapping[str, Values]] | None = None
) -> str:
    """The file for some values, and for those of each file and tag."""
    document: dict[str, Any] = {"tokcount_baseline": VERSION}
    document |= {"where": conditions} if conditions else {}
    document["values"] = dict(sorted(values.items()))
    for group, named in (groups or {}).items():
        sections = {name: dict(sorted(of_name.items())) for name, of_name in sorted(named.items())}
        document |= {f"{group}s": sections} if sections else {}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def from_text(content: bytes, name: str) -> SavedBaseline:
    """The content of a file; ``name`` is the source that errors report.

    Raises `UsageError` when it is not a baseline, or one of an unknown version.
    """
    try:
        document = json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{name} is not JSON ({error}); save it again with --save-baseline {name}"
        ) from error
    values = document.get("values") if isinstance(document, dict) else None
    if not isinstance(values, dict) or "tokcount_baseline" not in document:
        kind = "a report, not" if isinstance(document, dict) and "schema_version" in document else "not"
        raise UsageError(f"{name} is {kind} a baseline; save one with --save-baseline {name}")
    if document["tokcount_baseline"] not in READ:
        raise UsageError(
            f"{name} is a baseline of version {document['tokcount_baseline']!r}; this tokcount reads versions "
            f"{' and '.join(map(str, READ))}; save it again with --save-baseline {name}"
        )
    return SavedBaseline(
        values=_numbers(values, name),
        conditions=str(document.get("where", "")),
        **{f"{group}s": _sections(document.get(f"{group}s", {}), name, group) for group in GROUPS},
    )


def _sections(sections: Any, name: str, group: str) -> dict[str, Baseline]:
    """The values of each file or tag."""
    if not isinstance(sections, dict):
        raise UsageError(f"{name}: {group}s is not a table; save the baseline again with --save-baseline")
    return {each: _numbers(values, f"{name}: {group} {each!r}") for each, values in sections.items()}


def _numbers(values: Any, where: str) -> Baseline:
    if not isinstance(values, dict):
        raise UsageError(f"{where}: not a table of values; save the baseline again with --save-baseline")
    return {key: _decimal(value, f"{where}: {key}") for key, value in values.items()}


def need_same_records(saved: SavedBaseline, conditions: str, name: str) -> None:
    """Raise `UsageError` when a baseline is of other records than those that are selected now."""
    if saved.conditions != conditions:
        before, now = (
            f"--where {text!r}" if text else "all records" for text in (saved.conditions, conditions)
        )
        raise UsageError(
            f"{name} was saved over {before}, but this run is over {now}; select the same records, or save it again "
            f"with --save-baseline {name}"
        )


def merged(baselines: Sequence[SavedBaseline]) -> SavedBaseline:
    """Several baselines as one; the later ones win."""
    return SavedBaseline(
        values=_joined(each.values for each in baselines),
        conditions=baselines[-1].conditions if baselines else "",
        sources=_merged_groups([each.sources for each in baselines]),
        tags=_merged_groups([each.tags for each in baselines]),
    )


def _merged_groups(groups: Sequence[Mapping[str, Baseline]]) -> dict[str, Baseline]:
    names = dict.fromkeys(name for each in groups for name in each)
    return {name: _joined(each[name] for each in groups if name in each) for name in names}


def _joined(values: Iterable[Baseline]) -> dict[str, Decimal]:
    return {key: value for each in values for key, value in each.items()}


def json_value(value: Decimal, unit: Unit) -> str | int | float:
    """A value as reports and baselines write it: money as a decimal string, whole numbers as integers."""
    if unit == "usd":
        return decimal_text(value)
    return int(value) if unit != "share" and value == value.to_integral_value() else float(value)


def _decimal(value: Any, where: str) -> Decimal:
    if isinstance(value, (int, str, Decimal)) and not isinstance(value, bool):
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("nan")
        if is_plain(number) and abs(number) < LARGEST:
            return number
    raise UsageError(f"{where}: {value!r} is not a number; save the baseline again with --save-baseline")
