"""The door of the framing rules: one request and one family in, one `Layout` out."""

from __future__ import annotations

from typing import Any

from tokcount.counting.chat import layout_chat
from tokcount.counting.families import FAMILIES, Family
from tokcount.counting.layout import Basis, Layout

NOT_A_CHAT = "a chat laid out for an endpoint without messages: its text alone"
NO_RULE = "a prompt laid out as one user message"


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
    if kind == "responses":
        from tokcount.counting.responses import layout_responses

        return layout_responses(request, family, roles=roles, timestamp=timestamp, model=model)
    if kind == "chat":
        if family.framed:
            return layout_chat(request, family, roles=roles, timestamp=timestamp, model=model)
        return _text_alone(request, roles)
    return _layout_prompts(request, family, roles, timestamp)


def _text_alone(request: dict[str, Any], roles: bool) -> Layout:
    chat = layout_chat(request, FAMILIES["chat"], roles=roles)
    basis: Basis = "partial" if chat.basis == "partial" else "estimated"
    return Layout(0, chat.content, chat.content, basis, (*chat.reasons, NOT_A_CHAT), chat.roles)


def _layout_prompts(request: dict[str, Any], family: Family, roles: bool, timestamp: float | None) -> Layout:
    """Every prompt shape of the legacy endpoint: a text, texts, token ids, lists of them; each prompt is one call."""
    prompt = request.get("prompt", request.get("input"))
    texts, ids, count, odd = _read_prompts(prompt)
    suffix = request.get("suffix")
    if isinstance(suffix, str) and suffix:
        texts.append(suffix)
    constant = 0
    if family.framed:
        constant = count * (family.primed(timestamp) + family.per_message + 1)
    constant += ids
    reasons = tuple(
        reason
        for reason in (family.doubt, "a prompt that is neither text nor tokens" if odd else "")
        if reason
    )
    return Layout(
        constant,
        texts,
        texts,
        "estimated" if reasons else "exact",
        reasons,
        ["prompt"] * len(texts) if roles else None,
        ids,
    )


def _read_prompts(prompt: Any) -> tuple[list[str], int, int, bool]:
    """Texts, number of token ids, number of prompts, and whether something had an odd shape."""
    if isinstance(prompt, str):
        return [prompt], 0, 1, False
    if prompt is None:
        return [], 0, 1, False
    if not isinstance(prompt, list):
        return [str(prompt)], 0, 1, True
    if prompt and all(isinstance(item, int) for item in prompt):
        return [], len(prompt), 1, False
    texts: list[str] = []
    ids, odd = 0, False
    for item in prompt:
        if isinstance(item, str):
            texts.append(item)
        elif isinstance(item, list) and all(isinstance(token, int) for token in item):
            ids += len(item)
        else:
            odd = True
    return texts, ids, len(prompt), odd
