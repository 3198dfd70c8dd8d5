"""The door of the framing rules: one request and one family in, one `Layout` out."""

from __future__ import annotations

from typing import Any

from tokcount.framing.chat import layout_chat
from tokcount.framing.families import FAMILIES, Family
from tokcount.framing.layout import Basis, Layout
from tokcount.framing.prompts import layout_prompts

NO_MESSAGES = "a chat on an endpoint without messages: its text alone"
TOO_DEEP = "nested too deep: the text of its messages alone"


def layout(
    kind: str,
    request: dict[str, Any],
    family: Family,
    *,
    roles: bool = False,
    timestamp: float | None = None,
    model: str = "",
) -> Layout:
    """Lays a request of ``kind`` out as the models of ``family`` bill it.

    ``timestamp`` (seconds since 1970, UTC) chooses between rules that changed over time, ``model`` (a name)
    between the prices of images; without them the latest and the most common rule hold.
    With ``roles`` the layout says whose each text of its content is. Never raises for decoded JSON.
    """
    try:
        if kind == "chat":
            if family.framed:
                return layout_chat(request, family, roles=roles, timestamp=timestamp, model=model)
            return _unframed(
                layout_chat(request, FAMILIES["chat"], roles=roles, timestamp=timestamp, model=model)
            )
        if kind == "responses":
            return _layout_responses(request, family, roles=roles, timestamp=timestamp, model=model)
        return layout_prompts(request, family, roles=roles, timestamp=timestamp)
    except RecursionError:
        return _texts_alone(request, family, roles)


def _layout_responses(
    request: dict[str, Any], family: Family, *, roles: bool, timestamp: float | None, model: str
) -> Layout:
    from tokcount.framing.responses import layout_responses

    if family.framed:
        return layout_responses(request, family, roles=roles, timestamp=timestamp, model=model)
    chat = FAMILIES["chat"]
    return _unframed(layout_responses(request, chat, roles=roles, timestamp=timestamp, model=model))


def _unframed(laid: Layout) -> Layout:
    """The text of a chat without its framing."""
    basis: Basis = "partial" if laid.basis == "partial" else "estimated"
    return Layout(0, laid.content, laid.content, basis, (*laid.reasons, NO_MESSAGES), laid.roles)


def _texts_alone(request: dict[str, Any], family: Family, roles: bool) -> Layout:
    """What is left of a request that the stack cannot hold: roles and texts."""
    messages = request.get("messages", request.get("input"))
    messages = messages if isinstance(messages, list) else []
    plain = [
        {"role": str(message.get("role")), "content": message["content"]}
        for message in messages
        if isinstance(message, dict) and isinstance(message.get("content"), str)
    ]
    laid = layout_chat({"messages": plain}, family if family.framed else FAMILIES["chat"], roles=roles)
    laid.basis, laid.reasons = "partial", (TOO_DEEP,)
    return laid
