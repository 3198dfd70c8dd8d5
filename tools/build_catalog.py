"""Write `tokcount/models/data/catalog.json` from the TOML files in that folder; run it after every edit of them.

    python tools/build_catalog.py

The TOML files are for people. The JSON file has the same facts as tokcount uses them, one model per line, so that a run
reads the models it needs and not thousands of lines. Mistakes are listed with file, line and key, exit code 2.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from tokcount import tables
from tokcount.errors import MistakesError, UsageError, suggest
from tokcount.framing.families import FAMILIES
from tokcount.models.catalog import DATA
from tokcount.models.entries import (
    AffixEntry,
    File,
    FineTuneEntry,
    ModelEntry,
    affixes,
    alias_targets,
    hook,
)
from tokcount.models.price_entries import period_list, price_rows
from tokcount.models.user_file import price_mistakes
from tokcount.tables import Document, Key, Mistake


def build(folder: Path) -> bytes:
    """The content of `catalog.json`. Raises `UsageError` for mistakes in the TOML files."""
    paths = sorted(folder.glob("*.toml"), key=lambda path: (not path.stem.startswith("openai"), path.stem))
    documents = [tables.load(path, parse_float=Decimal) for path in paths]
    files = [tables.convert(document, File, hook=hook) for document in documents]
    merged = _merged(files)
    lines: list[str] = []
    for document, file in zip(documents, files, strict=True):
        mistakes = [
            *price_mistakes(file),
            *_broken_links(file, merged),
            *_defined_twice(document, documents),
        ]
        if mistakes:
            lines += document.error(mistakes).lines
    if lines:
        raise MistakesError(*lines)
    return _as_json(merged, files)


def _merged(files: Iterable[File]) -> File:
    merged = File(compatibility=[])
    for file in files:
        for section in _SECTIONS:
            getattr(merged, section).update(getattr(file, section))
        merged.compatibility.extend(file.compatibility)
        merged.fees.extend(file.fees)
    return merged


_SECTIONS = ("sources", "prefixes", "suffixes", "explained", "aliases", "models", "fine_tunes")


def _defined_twice(document: Document, documents: Iterable[Document]) -> Iterator[Mistake]:
    for other in documents:
        for section in _SECTIONS:
            names = document.data.get(section, {}).keys() & other.data.get(section, {}).keys()
            if other.path < document.path:
                yield from (Mistake((section, name), f"also in {other.path.name}") for name in names)


def _broken_links(file: File, merged: File) -> Iterator[Mistake]:
    """Words and names that refer to nothing, and what a bundled entry must have."""
    for name, model in alias_targets(file.aliases).items():
        yield from _undefined(("aliases", name), [model], merged.models)
    for section, entries in (("prefixes", file.prefixes), ("suffixes", file.suffixes)):
        for text, entry in entries.items():
            words = entry.sources if isinstance(entry, AffixEntry) else [entry]
            if isinstance(entry, AffixEntry):
                yield from _undefined((section, text, "framed"), entry.framed.values(), FAMILIES)
            yield from _undefined((section, text), words, merged.sources)
    for name, explanation in file.explained.items():
        yield from _undefined(("explained", name), explanation.sources, merged.sources)
    for name, model_entry in file.models.items():
        yield from _in_entry(("models", name), model_entry, merged)
        if model_entry.family:
            yield from _undefined(("models", name, "family"), [model_entry.family], FAMILIES)
        if not (
            (model_entry.encoding or model_entry.encoding_basis == "unpublished")
            and model_entry.encoding_basis
            and model_entry.family
            and model_entry.endpoint
        ):
            yield Mistake(
                ("models", name), "a bundled model needs encoding, encoding_basis, family and endpoint"
            )
    for i, fee in enumerate(file.fees):
        if fee.checked is None or not fee.sources:
            yield Mistake(("fees", i), "a bundled fee needs checked and sources")
        yield from _undefined(("fees", i, "sources"), fee.sources, merged.sources)
    for name, tune in file.fine_tunes.items():
        yield from _in_entry(("fine_tunes", name), tune, merged)
        yield from _undefined(("fine_tunes", name, "bases"), tune.bases, merged.models)
    for place, row in enumerate(file.compatibility):
        yield from _undefined(("compatibility", place, "sources"), row.sources, merged.sources)


def _in_entry(key: Key, entry: ModelEntry | FineTuneEntry, merged: File) -> Iterator[Mistake]:
    if entry.checked is None or not entry.sources:
        yield Mistake(key, "a bundled entry needs checked and sources")
    yield from _undefined((*key, "sources"), entry.sources, merged.sources)
    if entry.replacement:
        yield from _undefined((*key, "replacement"), [entry.replacement], merged.models)
    for i, price in enumerate(period_list(entry.prices)):
        yield from _undefined((*key, "prices", i, "sources"), price.sources, merged.sources)


def _undefined(key: Key, names: Iterable[str], known: Iterable[str]) -> Iterator[Mistake]:
    yield from (
        Mistake(key, f"{name!r} is not defined. {suggest(name, known)}")
        for name in names
        if name not in known
    )


def _as_json(file: File, files: Iterable[File]) -> bytes:
    """The entries with one line each; prices are kept apart from models, so that each can be read alone."""
    by_vendor = [(one, one.vendor or "") for one in files]
    entries: dict[str, ModelEntry | FineTuneEntry] = {**file.models, **file.fine_tunes}
    priced = {name: entry.prices for name, entry in entries.items() if entry.prices is not None}
    sections: dict[str, Mapping[str, Any]] = {
        "sources": file.sources,
        "prefixes": affixes(file.prefixes),
        "suffixes": affixes(file.suffixes),
        "explained": {name: entry.text for name, entry in file.explained.items()},
        "aliases": alias_targets(file.aliases),
        "models": {
            name: entry.model(name, vendor=vendor)
            for one, vendor in by_vendor
            for name, entry in one.models.items()
        },
        "fine_tunes": {name: entry.fine_tune(name) for name, entry in file.fine_tunes.items()},
        "prices": {name: price_rows(name, prices, basis="bundled") for name, prices in priced.items()},
    }
    checked = max(entry.checked for entry in (*entries.values(), *file.fees) if entry.checked)
    lines = [f'"checked": {_json(checked)}']
    fees = ",\n".join(
        _json(entry.fee("bundled", vendor=vendor)) for one, vendor in by_vendor for entry in one.fees
    )
    lines.append(f'"fees": [\n{fees}\n]')
    for section, table in sections.items():
        rows = ",\n".join(f"{_json(name)}: {_json(entry)}" for name, entry in table.items())
        lines.append(f"{_json(section)}: {{\n{rows}\n}}")
    compatibility = ",\n".join(map(_json, file.compatibility))
    lines.append(f'"compatibility": [\n{compatibility}\n]')
    return ("{" + ",\n".join(lines) + "}\n").encode()


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def main() -> int:
    """Write the file, or print the mistakes."""
    try:
        content = build(DATA)
    except UsageError as error:
        sys.stderr.writelines(f"{line}\n" for line in error.lines)
        return error.exit_code
    (DATA / "catalog.json").write_bytes(content)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
