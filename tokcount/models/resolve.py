"""From a name in a log to a model, by rules that are each recorded, never by the longest matching prefix.

The rules in their order: trim and lower-case; the exact name; Azure's spelling `gpt-35-`; an alias; a fine-tune's
base; a compact date; a known model with a date that the catalog does not have; a version after `@`. When none fits, a
gateway's suffix or prefix is dropped and they are tried again. Aliases of the user come first, those with `*` last.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatchcase

import msgspec

from tokcount.errors import UsageError, suggest
from tokcount.models import catalog as catalogs
from tokcount.models.catalog import Catalog
from tokcount.models.model import Affix, FineTune, Model, Resolution
from tokcount.vendors import vendor_of

_REMEMBERED = 10_000
NOT_A_MODEL = frozenset({"auto", "best", "current", "latest", "newest", "recommended"})
"""What people ask for instead of naming a model."""
_SHOWN = 80
AZURE_SPELLING = "Azure spelling gpt-35-"
"""The step from `gpt-35-turbo` to `gpt-3.5-turbo`."""

_NEW_FINE_TUNE = re.compile(r"ft:([^:]+)(?::.*)?")
"""`ft:BASE:organisation:suffix:id`"""
_OLD_FINE_TUNE = re.compile(r"([^:]+):ft-.*")
"""`BASE:ft-organisation-2023-01-01-00-00-00`"""
_AZURE_FINE_TUNE = re.compile(r"(.+)\.ft-.*")
"""`BASE.ft-id`"""
_COMPACT_DATE = re.compile(r"(.+)-(\d{4})(\d{2})(\d{2})")
_DATE = re.compile(r"(.+)-(\d{4})-(\d{2})-(\d{2})")


class UnknownModel(UsageError):  # noqa: N818 - the name says what it is
    """A name that no rule resolves. The message has close matches and says what to do."""


def resolve(name: str, catalog: Catalog | None = None) -> Resolution:
    """The model behind a name as people, logs, gateways and the API write it, with the steps that led there.

    >>> resolve("azure/gpt-35-turbo-0613").steps
    ('dropped prefix azure/', 'Azure spelling gpt-35-', 'exact name gpt-3.5-turbo-0613')

    Raises `UnknownModel` when no rule fits; an encoding is never assumed.
    """
    catalog = catalog or catalogs.default()
    found = find(name, catalog)
    if found is None:
        raise unknown_model(name, catalog)
    return found


def find(name: str, catalog: Catalog | None = None) -> Resolution | None:
    """Like `resolve`, but `None` for an unknown name. Remembers earlier answers."""
    catalog = catalog or catalogs.default()
    try:
        return catalog.resolved[name]
    except KeyError:
        pass
    found = _find(name, catalog)
    if len(catalog.resolved) >= _REMEMBERED:
        catalog.resolved.clear()
    catalog.resolved[name] = found
    return found


def first_known(
    names: Iterable[str | None], catalog: Catalog | None = None, *, assumed: str | None = None
) -> Resolution | None:
    """The first of these names that is known; `None` and empty names are passed over.

    The order for the model of a record: as served, as asked for, as `assumed`, unless `may_assume` forbids that.
    """
    given = [name for name in names if name]
    found = next((found for name in given if (found := find(name, catalog))), None)
    return found or (find(assumed, catalog) if assumed and may_assume(given) else None)


def may_assume(names: Iterable[str | None]) -> bool:
    """Whether a model may be assumed for a record with these names: not for one of another vendor's model."""
    return not any(name and vendor_of(name) for name in names)


def _find(asked: str, catalog: Catalog) -> Resolution | None:
    steps: list[str] = []
    name = asked.strip()
    if name != asked:
        steps.append("trimmed")
    if name != name.lower():
        name = name.lower()
        steps.append("lower case")
    found = _by_alias_pattern(name, catalog) or _with_affixes(name, catalog)
    return found and msgspec.structs.replace(found, asked=asked, steps=(*steps, *found.steps))


def _with_affixes(name: str, catalog: Catalog) -> Resolution | None:
    """The name as it is, else without a suffix, else without a prefix, and so on until nothing can be dropped."""
    found = _match(name, catalog) or _without_suffix(name, catalog)
    if found is not None:
        return found
    for prefix in catalog.prefixes:
        begins = name.startswith(prefix.partition("*")[0])
        rest = _behind(prefix, name) if begins and "*" in prefix else name.removeprefix(prefix)
        if rest != name:
            found = _with_affixes(rest, catalog)
            return found and _dropped(f"dropped prefix {prefix}", catalog.prefixes[prefix], found)
    return None


def _behind(prefix: str, name: str) -> str:
    """The rest of a name behind a prefix of which `*` is one part of a path; the whole name if it begins otherwise."""
    begin, _, end = prefix.partition("*")
    part, found, rest = name.removeprefix(begin).partition(end)
    return rest if name.startswith(begin) and found and part and "/" not in part else name


def _without_suffix(name: str, catalog: Catalog) -> Resolution | None:
    for suffix in catalog.suffixes:
        if name.endswith(suffix):
            rest = name.removesuffix(suffix)
            found = _match(rest, catalog) or _without_suffix(rest, catalog)
            affix = catalog.suffixes[suffix]
            if found and (not affix.families or found.model.family in affix.families):
                return _dropped(f"dropped suffix {suffix}", affix, found)
    return None


def _dropped(step: str, affix: Affix, found: Resolution) -> Resolution:
    family = affix.framed.get(found.model.family, found.model.family)
    model, steps = msgspec.structs.replace(found.model, family=family), (step, *found.steps)
    return msgspec.structs.replace(found, model=model, steps=steps, affixes=(affix, *found.affixes))


def _match(name: str, catalog: Catalog) -> Resolution | None:
    """The first rule that fits this name, prefix included."""
    return (
        _by_name(name, catalog)
        or _by_azure_spelling(name, catalog)
        or _by_fine_tune(name, catalog)
        or _by_compact_date(name, catalog)
        or _by_other_date(name, catalog)
        or _by_version(name, catalog)
    )


def _by_version(name: str, catalog: Catalog) -> Resolution | None:
    """Google's spelling of a version: `gpt-4o@2024-08-06`."""
    if "@" not in name:
        return None
    found = _match(name.replace("@", "-", 1), catalog)
    return found and _with_step("version after @", found)


def _by_name(name: str, catalog: Catalog) -> Resolution | None:
    alias = catalog.aliases.get(name)
    if alias is not None:
        return _aliased(name, alias, catalog)
    model = catalog.models.get(name)
    return None if model is None else _resolution(model, f"exact name {name}")


def _by_alias_pattern(name: str, catalog: Catalog) -> Resolution | None:
    pattern = next((pattern for pattern in catalog.alias_patterns if fnmatchcase(name, pattern)), None)
    if pattern is None or catalog.aliases.get(name) != catalogs.default().aliases.get(name):
        return None
    model = catalog.aliases[pattern]
    known = _with_affixes(model.strip().lower(), catalog)
    return _with_step(f"alias {pattern} → {model}", known) if known else _aliased(pattern, model, catalog)


def _aliased(name: str, model: str, catalog: Catalog) -> Resolution | None:
    target = _find(model, catalog)
    return target and _with_step(f"alias {name} → {model}", target)


def _by_azure_spelling(name: str, catalog: Catalog) -> Resolution | None:
    if not name.startswith("gpt-35-"):
        return None
    found = _match("gpt-3.5-" + name.removeprefix("gpt-35-"), catalog)
    return found and _with_step(AZURE_SPELLING, found)


def _by_fine_tune(name: str, catalog: Catalog) -> Resolution | None:
    old = _OLD_FINE_TUNE.fullmatch(name)
    match = old or _NEW_FINE_TUNE.fullmatch(name) or _AZURE_FINE_TUNE.fullmatch(name)
    base = match and _base(match[1], catalog)
    if base is None:
        return None
    own_name = f"{base.model.name}:ft-" if old else f"ft:{base.model.name}"
    row = _fine_tune_row(base.model.name, catalog, is_old=old is not None)
    resolution = Resolution(
        asked=name,
        model=_fine_tuned(base.model, own_name, row),
        steps=(f"fine-tune of {base.model.name}", *base.steps),
        price_name=row.name if row else own_name,
        assumed=base.assumed,
    )
    return resolution if row else _with_step("no price row for its fine-tunes", resolution)


def _base(name: str, catalog: Catalog) -> Resolution | None:
    return (
        _by_name(name, catalog)
        or _by_azure_spelling(name, catalog)
        or _by_compact_date(name, catalog)
        or _by_other_date(name, catalog)
    )


def _fine_tune_row(base: str, catalog: Catalog, *, is_old: bool) -> FineTune | None:
    rules = (rule for rule in reversed(list(catalog.fine_tunes.values())) if base in rule.bases)
    return next((rule for rule in rules if rule.name.endswith(":ft-") == is_old), None)


def _fine_tuned(base: Model, name: str, row: FineTune | None) -> Model:
    """The base model under the fine-tune's name: encoded and framed like its base, with its own lifecycle."""
    if row is None:
        return msgspec.structs.replace(base, name=name)
    return msgspec.structs.replace(
        base,
        name=name,
        shutdown_date=row.shutdown_date,
        replacement=row.replacement,
        replacement_as_of=row.replacement_as_of,
        source=row.source,
        note=row.note,
    )


def _by_compact_date(name: str, catalog: Catalog) -> Resolution | None:
    match = _COMPACT_DATE.fullmatch(name)
    if match is None:
        return None
    spelled = "-".join(match.groups())
    found = _by_name(spelled, catalog) or _by_other_date(spelled, catalog)
    return found and _with_step("compact date", found)


def _by_other_date(name: str, catalog: Catalog) -> Resolution | None:
    match = _DATE.fullmatch(name)
    if match is None or not _is_date(*match.groups()[1:]):
        return None
    known = _by_name(match[1], catalog)
    if known is None:
        return None
    return msgspec.structs.replace(
        known, steps=(f"a date of {known.model.name} that the catalog does not have",), assumed=True
    )


def _is_date(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _resolution(model: Model, step: str) -> Resolution:
    return Resolution(asked=model.name, model=model, steps=(step,), price_name=model.name)


def _with_step(step: str, resolution: Resolution) -> Resolution:
    return msgspec.structs.replace(resolution, steps=(step, *resolution.steps))


def unknown_model(name: str, catalog: Catalog) -> UnknownModel:
    """The error for a name that no rule resolves, with close matches and what to do."""
    if name.strip().lower() in NOT_A_MODEL:
        problem = f"{name.strip()!r} is not a model"
        replaced = "The target auto counts each record under the recommended replacement of its model"
        return UnknownModel(
            f"{problem}. {replaced}.",
            command_line=f"{problem}. {replaced} (drift, cost, audit and check: --to auto). "
            "tokcount models --current lists the models to choose from.",
        )
    if explained := _explained(name):
        problem = f"{_shown(name)!r} is {explained}"
        return UnknownModel(
            f"{problem}.", command_line=f"{problem}; say which one to count ({_alias_of(name)})."
        )
    problem, close = unknown(name, catalog)
    if vendor_of(name):
        remedy = f"--price or tokcount[genai] price what a log has; {_alias_of(name)} counts it as another."
        return UnknownModel(problem, command_line=f"{problem} {remedy}")
    otherwise = f"{problem} {'Or name' if close else 'Name'} an encoding (o200k_base)"
    remedy = f"or the model that it is ({_alias_of(name)}), or add it with --prices FILE."
    return UnknownModel(f"{otherwise}.", command_line=f"{otherwise}, {remedy}")


def _explained(name: str) -> str | None:
    """What a name is that stands for no single model."""
    known, written = catalogs.explained(), name.strip().lower()
    return known.get(written) or known.get(written.rpartition("/")[2])


def _alias_of(name: str) -> str:
    """The option that says which model a name is."""
    written = shlex.quote(name) if name.isprintable() and len(name) <= _SHOWN else "NAME"
    return f"--alias {written}=MODEL"


def unknown(name: str, catalog: Catalog) -> tuple[str, bool]:
    """The name of an unknown model with close matches, in one sentence or two, and whether there are any."""
    known = [*catalog.models, *catalog.aliases]
    close = suggest(name.lower(), known, cutoff=0.75, instead="")
    whose = f" of {vendor}" if (vendor := vendor_of(name)) else ""
    return f"unknown model {_shown(name)!r}{whose}. {close}".rstrip(), bool(close)


def _shown(name: str) -> str:
    return name if len(name) <= _SHOWN else name[:_SHOWN] + "…"
