"""What the names of models, hosts and service tiers say about how a call was served, where, and at which price."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from tokcount.logs.scalars import Json

_COMPLETIONS = re.compile(
    r"(?:^|[/:.])(?:ft:)?(?:text-|code-|davinci|curie|babbage|ada\b|gpt-3\.?5-turbo-instruct)"
)


def is_completions_model(model: str | None) -> bool:
    """Is this a model of the legacy completions endpoint (OpenAI's deprecations page)?"""
    return model is not None and _COMPLETIONS.search(model.lower()) is not None


TIERS: Final = frozenset({"batch", "flex", "priority", "fast", "ultrafast", "scale"})
"""Service tiers with a price of their own (API references of OpenAI and Anthropic)."""
_STANDARD: Final = frozenset({"auto", "default", "standard", "standard_only", "on_demand"})
_TIER: Final = re.compile(r"[a-z_]{1,20}")


def logged_tier(value: object) -> str | None:
    """The tier that a field of a log names, which may also be the plan of a customer; `None`: the standard one."""
    name = value.strip().lower() if isinstance(value, str) else None
    return name if name in TIERS else None


def served_tier(logged: str | None, asked: Json, answered: Json) -> str | None:
    """The tier that a call was charged for: the answer's, else the `logged` one, else the one that was asked for.

    Answers to Batch requests name the tier within the batch. Anthropic's API names the tier in the usage.
    """
    if logged == "batch":
        return logged
    served = answered.get("service_tier")
    if served is None and isinstance(usage := answered.get("usage"), dict):
        served = usage.get("service_tier")
    if isinstance(served, str) and served != "auto":
        return _tier(served)
    return logged or _tier(asked.get("service_tier"))


def _tier(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    name = value.lower()
    return None if name in _STANDARD or not _TIER.fullmatch(name) else name


_REGION: Final = re.compile(r"(?:^|//)([a-z]{2})\.api\.openai\.com\b")


def region_of(message: object) -> str | None:
    """The region in the host of a URL, or in that of a message: `eu` for `https://eu.api.openai.com/v1/…`.

    Source: OpenAI's guide to data residency, which lists one host for each region.
    """
    url = _url_of(message)
    found = _REGION.search(url.lower()) if url else None
    return found[1] if found else None


_MODEL: Final = re.compile(r"/models?/([^/?]+?)(?::[a-zA-Z]+$|/(?:converse|invoke)\b)")


def model_of(message: object) -> str | None:
    """The model in a URL of Google or of Amazon Bedrock, or in that of a message.

    >>> model_of("https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:generateContent?alt=sse")
    'gemini-2.5-pro'
    """
    url = _url_of(message)
    found = _MODEL.search(url.partition("?")[0]) if url else None
    return unquote(found[1]).rpartition("/")[2] if found else None


def deployment_of(message: object) -> str | None:
    """The deployment in an Azure URL (`/openai/deployments/NAME/chat/completions`), or in that of a message."""
    url = _url_of(message)
    if url is None:
        return None
    _, found, rest = url.partition("/deployments/")
    return rest.partition("/")[0] or None if found else None


def _url_of(message: object) -> str | None:
    url = message.get("url") if isinstance(message, dict) else message
    return url if isinstance(url, str) else None
