"""Prompts of the legacy completions endpoint, inputs of embeddings, and plain texts."""

from __future__ import annotations

from typing import Any

from tokcount.framing.family import Family, around_prompt
from tokcount.framing.features import PLAIN, PROMPTS, SUFFIX
from tokcount.framing.layout import Layout
from tokcount.logs.accounting.unread import unread_around, unread_request

_SUFFIX = 3
"""Added for a suffix: the markers before the prompt, the suffix and the gap to fill."""


def layout_prompts(
    request: dict[str, Any],
    family: Family,
    *,
    roles: bool = False,
    timestamp: float | None = None,
    model: str = "",
) -> Layout:
    """The layout of `prompt` (or `input`): a text, token ids, or a list of either, each a call of its own.

    The legacy endpoint adds nothing to a prompt; under a chat family, each prompt is one user message.
    """
    prompt = request.get("prompt", request.get("input"))
    suffix = request.get("suffix")
    around = around_prompt(family, model, timestamp) if family.framed else 0
    reasons = [family.estimated] if family.estimated else []
    used = PLAIN if family.framed else PROMPTS
    if type(prompt) is str and not suffix:
        unread = [*unread_around("completions", request)]
        texts, ids, count = [prompt], 0, 1
    else:
        unread = [*unread_request("completions", request)]
        texts, ids, count = _read_prompts(prompt, unread)
        if isinstance(suffix, str) and suffix:
            texts.append(suffix)
            around += _SUFFIX
            used |= {SUFFIX}
    laid = Layout(
        constant=count * around,
        content=texts,
        texts=texts,
        basis="estimated" if reasons else "exact",
        reasons=tuple(reasons),
        roles=["prompt"] * len(texts) if roles else None,
        token_ids=ids,
        features=used,
    )
    return laid.mark_unread(tuple(unread))


def _read_prompts(prompt: Any, unread: list[str]) -> tuple[list[str], int, int]:
    """Texts, number of token ids and number of prompts; adds to `unread` when a prompt is neither."""
    if isinstance(prompt, str):
        return [prompt], 0, 1
    if prompt is None:
        return [], 0, 1
    if isinstance(prompt, list) and prompt and all(isinstance(item, int) for item in prompt):
        return [], len(prompt), 1
    texts: list[str] = []
    ids = 0
    items = prompt if isinstance(prompt, list) else [prompt]
    for item in items:
        if isinstance(item, str):
            texts.append(item)
        elif isinstance(item, list) and all(isinstance(token, int) for token in item):
            ids += len(item)
        else:
            unread.append("a prompt that is neither text nor tokens")
    return texts, ids, len(items)
