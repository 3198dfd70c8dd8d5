"""Media parts"""
from __future__ import annotations
from typing import Any
from tokcount.counting.draft import Draft
from tokcount.counting.layout import Basis


def media_tokens(part: dict[str, Any], model: str) -> tuple[int, Basis, str | None]:
    return 0, "partial", "media"


def add_media(draft: Draft, media: list[dict[str, Any]], model: str) -> None:
    for part in media:
        tokens, basis, reason = media_tokens(part, model)
        draft.constant += tokens
        if basis == "partial":
            draft.miss(reason or "media")
        elif basis == "estimated":
            draft.doubt(reason or "media")
