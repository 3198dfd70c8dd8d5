"""Tools that the API runs itself: their hidden text, and what they find while the request runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.scalars import Json

if TYPE_CHECKING:
    from tokcount.framing.family import Family, HostedTool
    from tokcount.framing.layout import LayoutBuilder, Range

HOSTED = "a hosted tool whose hidden text is not known"
RESULTS = "what hosted tools find is billed as input"

_ANSWERED_BY = {"web_search": "web_search_call", "web_search_preview": "web_search_call"}
"""Type of a tool → type of the items that report its work in an answer; others are `TYPE_call`."""


def add_hosted(
    builder: LayoutBuilder,
    request: Json,
    family: Family,
    model: str,
    timestamp: float | None,
    answer: Json | None,
) -> None:
    """Adds the tools of a request that are neither functions nor custom tools.

    The answer, if it is known, says how often each of them ran.
    """
    tools = request["tools"]
    functions = any(_type(tool) in (None, "function", "custom") for tool in tools)
    choice = _type(request.get("tool_choice"))
    for kind in dict.fromkeys(map(_type, tools)):
        if kind in (None, "function", "custom"):
            continue
        known = family.hosted_tool(kind, model, timestamp)
        if known is None:
            builder.mark_partial(HOSTED)
            continue
        builder.constant += known.tokens + (known.with_functions if functions else 0)
        builder.constant += known.forced if choice == kind else 0
        _add_results(builder, known, _runs(answer, kind))


def _add_results(builder: LayoutBuilder, known: HostedTool, runs: int | None) -> None:
    """Marks what a tool found: nothing where it did not run."""
    if known.results and runs != 0:
        builder.mark_partial(RESULTS, _found(known, runs))
    elif known.hidden:
        builder.mark_partial(HOSTED, known.hidden)
    else:
        builder.uses(f"{known.tool} tool")


def _found(known: HostedTool, runs: int | None) -> Range | None:
    """The range of its hidden text and its results; `None`: the number of its runs or the range is not known."""
    if known.found is None or runs is None:
        return None
    low, high = known.hidden or (0, 0)
    return low + runs * known.found[0], high + runs * known.found[1]


def _runs(answer: Json | None, kind: str) -> int | None:
    items = answer.get("output") if answer else None
    if not isinstance(items, list):
        return None
    wanted = _ANSWERED_BY.get(kind, f"{kind}_call")
    return sum(_type(item) == wanted for item in items)


def _type(value: Any) -> str | None:
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else None
