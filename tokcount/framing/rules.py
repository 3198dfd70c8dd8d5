"""Lays out a request under a framing family, whatever its endpoint."""

from __future__ import annotations

from typing import Any

from tokcount.framing.chat import layout_chat
from tokcount.framing.evidence import label
from tokcount.framing.family import Family
from tokcount.framing.layout import Basis, Layout
from tokcount.framing.prompts import layout_prompts
from tokcount.logs.accounting.unread import Unread

WITH_MESSAGES = frozenset({"chat", "responses"})
BILLED = frozenset({*WITH_MESSAGES, "completions"})
"""Endpoints that recordings are of. The others bill the text alone."""
NO_MESSAGES = "the endpoint takes no messages: only their text is counted"
TOO_DEEP = "nested too deeply: only the text of its messages is counted"


def layout(
    kind: str,
    request: dict[str, Any],
    family: Family,
    *,
    roles: bool = False,
    timestamp: float | None = None,
    model: str = "",
    response: dict[str, Any] | None = None,
    unread: Unread | None = None,
) -> Layout:
    """The layout of a request of `kind`, as the models of `family` bill it.

    `timestamp` (seconds since 1970, UTC) chooses between rules that changed over time; without it the latest rule
    applies. `model` (a name) selects the rules of single models of the family. `response`, the answer that the request
    was billed with, shows what hosted tools did, and can make the count less certain. With `roles` the layout has the
    role of each text of its content. `unread` is what the layout for another family found out. Never raises for
    decoded JSON.
    """
    try:
        laid = unlabelled(kind, request, family, roles, timestamp, model, response, unread)
    except RecursionError:
        return _texts_alone(request, family, roles)
    if kind in WITH_MESSAGES and not family.framed:
        return _unframed(laid)
    endpoint = kind if kind in WITH_MESSAGES or not family.framed else "chat"
    if endpoint in BILLED and not family.estimated:
        label(laid, endpoint, family, model, timestamp)
    return laid


def unlabelled(
    kind: str,
    request: dict[str, Any],
    family: Family,
    roles: bool = False,
    timestamp: float | None = None,
    model: str = "",
    response: dict[str, Any] | None = None,
    unread: Unread | None = None,
) -> Layout:
    """The layout as if the rules for everything in the request were confirmed."""
    if family.model_folder and kind == "chat":
        from tokcount.framing.templates.model_folder import layout_rendered

        return layout_rendered(request, family, roles=roles, timestamp=timestamp, model=model, unread=unread)
    if family.template is not None and kind in WITH_MESSAGES:
        from tokcount.framing.templates.request import layout_template

        return layout_template(
            kind, request, family, roles=roles, timestamp=timestamp, model=model, unread=unread
        )
    if kind == "chat":
        return layout_chat(request, family, roles=roles, timestamp=timestamp, model=model, unread=unread)
    if kind == "responses":
        from tokcount.framing.responses.answer import answer_features
        from tokcount.framing.responses.request import layout_responses

        laid = layout_responses(
            request,
            family,
            roles=roles,
            timestamp=timestamp,
            model=model,
            answer=response,
            unread=unread,
        )
        laid.features |= answer_features(response)
        return laid
    return layout_prompts(request, family, roles=roles, timestamp=timestamp, model=model)


def _unframed(laid: Layout) -> Layout:
    """The text of a chat without its framing."""
    basis: Basis = "partial" if laid.basis == "partial" else "estimated"
    reasons = (*laid.reasons, NO_MESSAGES)
    return Layout(
        0, laid.content, laid.content, basis, reasons, laid.roles, unread=laid.unread, plain=laid.plain
    )


def _texts_alone(request: dict[str, Any], family: Family, roles: bool) -> Layout:
    """The roles and texts of a request that is nested too deeply to be read in full."""
    messages = request.get("messages", request.get("input"))
    messages = messages if isinstance(messages, list) else []
    plain = [
        {"role": str(message.get("role")), "content": message["content"]}
        for message in messages
        if isinstance(message, dict) and isinstance(message.get("content"), str)
    ]
    laid = unlabelled("chat", {"messages": plain}, family, roles)
    laid.basis, laid.reasons = "partial", (TOO_DEEP,)
    return laid
