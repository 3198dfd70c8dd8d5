"""What `count` finds in its inputs: numbers of files, of lines, of values of a field, or of groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal, TypeVar

from msgspec import UNSET

from tokcount.cli.text.inputs import Inputs
from tokcount.cli.text.options import ShowGroup, UnitGroup
from tokcount.errors import DataError
from tokcount.reports.inspect.count_report import Bucket, CountedGroup, CountedInput, CountReport, Spread
from tokcount.texts.counting import FileCounter

if TYPE_CHECKING:
    import polars as pl

    from tokcount.logs.bytes.plain import PlainText
    from tokcount.texts.values import Field, Value

Counts = tuple[int, ...]
NO_SUFFIX = "(none)"
Item = TypeVar("Item", CountedInput, CountedGroup)


class Measuring:
    """Counts the inputs of one run and keeps what its report needs. `names`: the columns."""

    def __init__(self, names: Sequence[str], counter: FileCounter, unit: UnitGroup) -> None:
        self.inputs: list[CountedInput] = []
        self._names = tuple(names)
        self._counter = counter
        self._unit = unit
        self._field = _field(unit)
        self._files: list[tuple[str, int, list[int]]] = []
        self._groups: dict[str, CountedGroup] = {}
        self._sizes: list[Counter[int]] = [Counter() for _ in names]
        self._rows: list[tuple[str, int, Counts]] = []

    def add(self, text: PlainText) -> None:
        """Count one input. Raises `DataError` or `UsageError` if it cannot be read to its end; it then adds nothing."""
        path = text.source.path
        if self._field is not None or self._unit.per_line:
            self._add_values(text)
            return
        if self._unit.by == "heading":
            self._add_sections(text)
            return
        counts = self._counter.count(text, text.source.size or 0)
        self._files.append((path, text.bytes, counts))

    def finish(self) -> None:
        """Count what is left of the inputs; reports have them all only then."""
        self._counter.finish()
        for path, size, counts in self._files:
            self.inputs.append(CountedInput(path=path, bytes=size, tokens=self._named(counts)))
            self._measure(counts)
            if self._unit.by is not None:
                self._group(_key(path, self._unit.by), size, counts)

    def report(self, show: ShowGroup) -> CountReport:
        """The report of everything that was counted, in the order that was asked for."""
        total = {name: sum(item.tokens[name] for item in self.inputs) for name in self._names}
        by, hist = self._unit.by is not None, self._unit.hist
        return CountReport(
            inputs=_ordered(self.inputs, show, lambda item: item.path),
            total=total,
            total_bytes=sum(item.bytes for item in self.inputs),
            groups=_ordered(list(self._groups.values()), show, lambda group: group.key) if by else UNSET,
            spread=[self._spread(place) for place in range(len(self._names))] if hist else UNSET,
            layout="total" if show.total_only else "tree" if show.tree else "list",
        )

    def rows(self, show: ShowGroup) -> pl.DataFrame:
        """One row per line or value: the tokens, the line, the path."""
        import polars as pl

        data: dict[str, list[int] | list[str]] = {
            name: [counts[place] for _, _, counts in self._rows] for place, name in enumerate(self._names)
        }
        data["line"] = [line for _, line, _ in self._rows]
        data["path"] = [path for path, _, _ in self._rows]
        frame = pl.DataFrame(data)
        if show.sort == "tokens" or show.top is not None:
            frame = frame.sort(self._names[0], descending=True, maintain_order=True)
        return frame.head(show.top) if show.top is not None else frame

    def _add_values(self, text: PlainText) -> None:
        path = text.source.path
        found = [
            (value.line, None if value.text is None else self._counter.count_text(value.text))
            for value in self._values(text)
        ]
        known = [counts for _, counts in found if counts is not None]
        totals = [sum(column) for column in zip(*known, strict=True)] or [0] * len(self._names)
        if self._field is not None and found and not known:
            raise DataError(f"{path}: no row has the field {self._unit.column or self._unit.path!r}.")
        self.inputs.append(
            CountedInput(
                path=path,
                bytes=text.bytes,
                tokens=self._named(totals),
                values=len(known),
                missing=len(found) - len(known),
            )
        )
        self._rows += [(path, line, counts) for line, counts in found if counts is not None]
        for counts in known:
            self._measure(counts)
        if self._unit.by is not None:
            self._group(_key(path, self._unit.by), text.bytes, totals)

    def _values(self, text: PlainText) -> Iterator[Value]:
        from tokcount.texts.values import Value, lines_of, values_of

        if self._field is not None:
            return values_of(text, self._field)
        lines = enumerate(lines_of(text), 1)
        return (Value(number, line.removesuffix("\n").removesuffix("\r")) for number, line in lines)

    def _add_sections(self, text: PlainText) -> None:
        from tokcount.texts.sections import sections_of

        whole = "".join(text)
        path = text.source.path
        counts = self._counter.count_text(whole)
        self.inputs.append(CountedInput(path=path, bytes=text.bytes, tokens=self._named(counts)))
        for section in sections_of(whole):
            counts = self._counter.count_text(section.text)
            self._measure(counts)
            self._group(f"{path}:{section.line}: {section.title}", len(section.text.encode()), counts)

    def _named(self, counts: Iterable[int]) -> dict[str, int]:
        return dict(zip(self._names, counts, strict=True))

    def _measure(self, counts: Sequence[int]) -> None:
        for sizes, tokens in zip(self._sizes, counts, strict=True):
            sizes[tokens] += 1

    def _group(self, key: str, size: int, counts: Sequence[int]) -> None:
        known = self._groups.get(key)
        before = known.tokens if known else dict.fromkeys(self._names, 0)
        self._groups[key] = CountedGroup(
            key=key,
            files=(known.files if known else 0) + 1,
            bytes=(known.bytes if known else 0) + size,
            tokens={name: before[name] + tokens for name, tokens in self._named(counts).items()},
        )

    def _spread(self, place: int) -> Spread:
        from tokcount.texts.spread import buckets, percentiles

        counts = self._sizes[place]
        texts = counts.total()
        return Spread(
            column=self._names[place],
            unit=self._spread_unit(),
            texts=texts,
            mean=sum(tokens * n for tokens, n in counts.items()) / texts if texts else 0.0,
            percentiles=percentiles(counts) if texts else {},
            buckets=[Bucket(*bucket) for bucket in buckets(counts)] if texts else [],
        )

    def _spread_unit(self) -> Literal["files", "lines", "values"]:
        if self._field is not None:
            return "values"
        return "lines" if self._unit.per_line else "files"


def measure(inputs: Inputs, measuring: Measuring) -> None:
    """Count each input; one that cannot be read is reported and adds nothing."""
    for text in inputs.texts():
        with inputs.going_on():
            measuring.add(text)
            inputs.warn(text)
    measuring.finish()


def _field(unit: UnitGroup) -> Field | None:
    if unit.column is None and unit.path is None:
        return None
    from tokcount.texts.values import Field

    return Field(column=unit.column, path=unit.path)


def _key(path: str, by: str) -> str:
    """The group of a file."""
    if by == "suffix":
        return PurePath(path).suffix.lower() or NO_SUFFIX
    return str(PurePath(path).parent)


def _ordered(items: list[Item], show: ShowGroup, name: Callable[[Item], str]) -> list[Item]:
    """The items in the order that was asked for; `--top` alone shows the largest first."""
    order = show.sort or ("tokens" if show.top is not None else "none")
    if order == "path":
        items = sorted(items, key=name)
    elif order == "tokens":
        items = sorted(items, key=lambda item: next(iter(item.tokens.values())), reverse=True)
    return items[: show.top]
