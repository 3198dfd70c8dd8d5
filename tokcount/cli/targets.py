"""Migration targets: `--to auto`, and warnings about shutdowns."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from tokcount.cli.inputs import need_files, say
from tokcount.cli.options import ReferenceGroup, RunGroup
from tokcount.errors import UsageError

if TYPE_CHECKING:
    from tokcount.logs.options import ReadOptions
    from tokcount.logs.source import Source
    from tokcount.models.catalog import Catalog
    from tokcount.models.model import Model
    from tokcount.scanning.plan import ScanPlan
    from tokcount.scanning.selection import Selection

AUTO: Final = "auto"


def with_auto(
    group: ReferenceGroup,
    sources: Sequence[Source],
    options: ReadOptions,
    catalog: Catalog,
    today: date,
    run: RunGroup,
    selection: Selection | None = None,
) -> ReferenceGroup:
    """The references with `--to auto` replaced by the recommended replacements of the log's models.

    The models are `--from` if it is a model, else those of the selected records, found by reading the log once
    without counting it. Each
    distinct replacement becomes a target; the choice is printed to standard error. Raises `UsageError` if nothing is
    recommended, and for a log that can be read only once.
    """
    if AUTO not in (group.to or ()):
        return group
    models = _baseline_models(group, catalog) or _logged_models(group, sources, options, selection, catalog)
    chosen = _replacements(models, catalog, today)
    if not any(chosen.values()):
        raise UsageError(
            f"--to auto: no live replacement is known for {_listed(chosen) or 'a log that names no known model'}; "
            "name a target with --to MODEL."
        )
    _print_choice(chosen, run)
    automatic = [target for target in chosen.values() if target]
    named = [target for name in group.to or () for target in (automatic if name == AUTO else [name])]
    return dataclasses.replace(group, to=list(dict.fromkeys(named)))


def warn(plan: ScanPlan, run: RunGroup, today: date) -> None:
    """Warn about targets that are shut down or will be soon, naming replacements, and about outdated price data."""
    from tokcount.models.catalog import stale_notice
    from tokcount.models.lifecycle import shutdown_warning

    targets = plan.references if plan.own else plan.references[1:]
    models = [reference.model for reference in targets if reference.model]
    lines = [shutdown_warning(model, today, plan.catalog) for model in models]
    if models or plan.own:
        lines.append(stale_notice(today))
    for line in filter(None, lines):
        say(line, run)


def _baseline_models(group: ReferenceGroup, catalog: Catalog) -> list[Model]:
    from tokcount.models.references import parse_reference

    model = parse_reference(group.from_, catalog).model if group.from_ else None
    return [model] if model else []


def _logged_models(
    group: ReferenceGroup,
    sources: Sequence[Source],
    options: ReadOptions,
    selection: Selection | None,
    catalog: Catalog,
) -> list[Model]:
    """The models of the records, most frequent first; the served model takes precedence, as in counting."""
    from tokcount.logs.reader import read
    from tokcount.models.resolve import first_known
    from tokcount.scanning.result import SkippedSummary, records_of

    need_files(sources, "--to auto")
    records = records_of(read(sources, options), SkippedSummary(), selection)
    names = Counter((record.served_model, record.model) for record in records)
    found = Counter[str]()
    models: dict[str, Model] = {}
    for (served, asked), n in names.items():
        known = first_known((served, asked, group.assume_model), catalog)
        if known is not None:
            models[known.model.name] = known.model
            found[known.model.name] += n
    return [models[name] for name, _ in found.most_common()]


def _replacements(models: Iterable[Model], catalog: Catalog, today: date) -> dict[str, str | None]:
    """Model → its recommended live replacement, or `None`."""
    from tokcount.models.lifecycle import auto_target

    chosen: dict[str, str | None] = {}
    for model in models:
        try:
            chosen[model.name] = auto_target(model, today, catalog).name
        except UsageError:
            chosen[model.name] = None
    return chosen


def _print_choice(chosen: dict[str, str | None], run: RunGroup) -> None:
    for target in dict.fromkeys(chosen.values()):
        models = _listed(name for name, replacement in chosen.items() if replacement == target)
        say(
            f"--to auto: {target} for {models}"
            if target
            else f"--to auto: no replacement is known for {models}",
            run,
        )


def _listed(names: Iterable[str]) -> str:
    from tokcount.render.escape import visible

    return visible(", ".join(names))
