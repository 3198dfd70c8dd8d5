"""The exports that are understood, as tables: how each is recognised, and the columns of its lines.

Column names are written as `tokcount.reports.invoice.cells.plain` gives them. Sources: OpenAI's API reference (usage
and costs of an organization) and the files of its dashboard; OpenRouter's API reference (activity) and the file of its
activity page; LiteLLM's documentation of spend tracking, its tables of daily spend and the file of its usage page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from tokcount.logs.scalars import Json, decoded_object, objects
from tokcount.reports.invoice import azure
from tokcount.reports.invoice.cells import Cells, Names
from tokcount.reports.invoice.lines import InvoiceLine
from tokcount.reports.invoice.names import fee_in

_LINE_ITEM: Final = re.compile(r"(?:[\w ]+ \| )?([\w.:/-]+)(?: \w+)?, .+")
"""A line item of OpenAI's costs that names a model: `priority | gpt-5.6-sol, output, long context`."""


def _itself(value: Json) -> Iterable[Json]:
    return (value,)


def _same(_cells: Cells, line: InvoiceLine) -> InvoiceLine:
    return line


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of export. `keys`: sets of columns, one of which its rows have all of."""

    name: str
    keys: tuple[frozenset[str], ...]
    time: Names
    end: Names = ()
    model: Names = ()
    """The model, or what else is charged."""
    owners: tuple[Names, ...] = ()
    call: Names = ()
    """The id of a call: such a row is one request."""
    requests: Names = ()
    input_tokens: Names = ()
    cached_tokens: Names = ()
    output_tokens: Names = ()
    cost: Names = ()
    currency: Names = ()
    itemised: bool = False
    """The fees of tools have lines of their own; elsewhere they are part of what a model costs."""
    rows: Callable[[Json], Iterable[Json]] = _itself
    """The rows that a JSON value holds."""
    finish: Callable[[Cells, InvoiceLine], InvoiceLine] = _same
    """What the columns alone cannot express."""

    def recognises(self, cells: Cells) -> bool:
        """Whether a row is one of this export."""
        return any(keys <= cells.names for keys in self.keys)

    def line(self, cells: Cells, zone: ZoneInfo) -> InvoiceLine:
        """The line in a row. Raises `UsageError` for a value that cannot be understood."""
        requests = cells.count(self.requests)
        if requests is None and cells.first(self.call) is not None:
            requests = 1
        currency = (cells.text(self.currency) or "USD").upper()
        found = InvoiceLine(
            day=cells.day(self.time, self.end, zone),
            name=cells.text(self.model),
            owners=tuple(owner for names in self.owners if (owner := cells.text(names))),
            requests=requests,
            input_tokens=cells.count(self.input_tokens),
            cached_tokens=cells.count(self.cached_tokens),
            output_tokens=cells.count(self.output_tokens),
            cost_usd=cells.amount(self.cost) if currency == "USD" else None,
            currency=currency,
        )
        return self.finish(cells, found)


def _model_of_item(_cells: Cells, line: InvoiceLine) -> InvoiceLine:
    """A line of costs with the tool or the model of its line item, where that has one."""
    if fee := fee_in(line.name or ""):
        return msgspec.structs.replace(line, name=fee)
    match = _LINE_ITEM.fullmatch(line.name or "")
    return msgspec.structs.replace(line, name=match[1]) if match else line


def _buckets(value: Json) -> Iterator[Json]:
    """OpenAI's pages of buckets: every result with the period of its bucket, and empty buckets."""
    for bucket in objects(value.get("data")) or [value]:
        if not isinstance(bucket.get("results"), list):
            yield bucket
            continue
        period = {name: bucket.get(name) for name in ("start_time", "end_time")}
        results = objects(bucket["results"])
        yield from ({**period, **result} for result in results)
        if not results:
            yield period


def _daily_spend(value: Json) -> Iterator[Json]:
    """LiteLLM's pages of days with models, sums of a day by model, and reports by day and team."""
    day = {"date": str(value.get("date") or value.get("group_by_day") or value.get("startTime"))[:10]}
    if isinstance(value.get("results"), list):
        for result in objects(value["results"]):
            yield from _daily_spend(result)
    elif "breakdown" in value:
        models = decoded_object(decoded_object(value["breakdown"]).get("models"))
        for name, found in models.items():
            yield {**day, "model": name, **decoded_object(found).get("metrics", {})}
        if not models:
            yield {**day, **decoded_object(value.get("metrics"))}
    elif isinstance(value.get("models"), dict):
        yield from ({**day, "model": name, "spend": spend} for name, spend in value["models"].items())
    elif "group_by_day" in value:
        for team in objects(value.get("teams")):
            yield from (
                {**day, "team": team.get("team_name"), **row} for row in objects(team.get("metadata"))
            )
    else:
        yield value


def _data(value: Json) -> Iterable[Json]:
    """The rows of a list under `data`."""
    return objects(value.get("data")) or (value,)


EXPORTS: Final = (
    Export(
        name="OpenAI usage export",
        keys=(frozenset({"nummodelrequests"}), frozenset({"ncontexttokenstotal"})),
        time=("starttime", "starttimeiso", "aggregationtimestamp", "timestamp"),
        end=("endtime", "endtimeiso"),
        model=("model", "snapshotid"),
        owners=(("projectid",), ("projectname",), ("apikeyid",), ("apikeyname",)),
        requests=("nummodelrequests", "numrequests", "nrequests"),
        input_tokens=("inputtokens", "ncontexttokenstotal"),
        cached_tokens=("inputcachedtokens", "ncachedcontexttokenstotal"),
        output_tokens=("outputtokens", "ngeneratedtokenstotal"),
        rows=_buckets,
    ),
    Export(
        name="OpenAI cost export",
        keys=(frozenset({"amountvalue"}), frozenset({"costinmajor"})),
        time=("starttime", "starttimeiso", "date", "timestamp"),
        end=("endtime", "endtimeiso"),
        model=("lineitem", "name"),
        owners=(("projectid",), ("projectname",), ("apikeyid",)),
        cost=("amountvalue", "costinmajor"),
        currency=("amountcurrency", "currency"),
        itemised=True,
        rows=_buckets,
        finish=_model_of_item,
    ),
    Export(
        name="OpenRouter activity export",
        keys=(frozenset({"modelpermaslug"}),),
        time=("createdat", "date"),
        model=("modelpermaslug", "model"),
        owners=(("apikeyname",), ("appname",)),
        call=("generationid",),
        requests=("requests",),
        input_tokens=("tokensprompt", "prompttokens"),
        cached_tokens=("tokenscached",),
        output_tokens=("tokenscompletion", "completiontokens"),
        cost=("costtotal", "usage"),
        rows=_data,
    ),
    Export(
        name="Azure cost export",
        keys=tuple(frozenset({"metercategory", cost}) for cost in azure.COST),
        time=("date", "usagedate", "usagedatetime"),
        owners=(
            ("resourcename", "instancename"),
            ("subscriptionid",),
            ("resourcegroup", "resourcegroupname"),
        ),
        cost=azure.COST,
        currency=azure.CURRENCY,
        itemised=True,
        finish=azure.line_of,
    ),
    Export(
        name="LiteLLM spend export",
        keys=(frozenset({"date", "spend"}), frozenset({"starttime", "spend"})),
        time=("date", "starttime"),
        model=("model",),
        owners=(("apikey",), ("keyalias",), ("teamid",), ("team",), ("userid",)),
        call=("requestid",),
        requests=("successfulrequests", "successful", "apirequests", "requests"),
        input_tokens=("prompttokens",),
        cached_tokens=("cachereadinputtokens",),
        output_tokens=("completiontokens",),
        cost=("spend",),
        rows=_daily_spend,
    ),
)
