"""What URLs and the names of models, hosts and service tiers say about how a call was served, and at which price."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from tokcount.logs.record import Kind
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

    Answers to Batch requests name the tier within the batch. Anthropic's API names the tier in the usage, and its fast
    mode as a speed.
    """
    if logged == "batch":
        return logged
    served = answered.get("service_tier")
    if served is None and isinstance(usage := answered.get("usage"), dict):
        served = "fast" if usage.get("speed") == "fast" else usage.get("service_tier")
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


_HOSTS: Final = (
    ("aiplatform.googleapis.com", "vertex_ai"),
    ("vertex", "vertex_ai"),
    ("groq", "groq"),
)
"""What a URL or the name of a provider has in it → the host, as gateways write it in front of a model's name."""


def host_of(named: object) -> str | None:
    """The host in a URL, in that of a message, or in the name of a provider, if it bills otherwise than others.

    >>> host_of("https://us-central1-aiplatform.googleapis.com/v1/projects/p"), host_of("gcp.vertex_ai")
    ('vertex_ai', 'vertex_ai')
    """
    url = _url_of(named)
    if url is None:
        return None
    place = url.lower().partition("://")[2].partition("/")[0] or url.lower()
    return next((host for part, host in _HOSTS if part in place), None)


_MODEL: Final = re.compile(r"/models?/([^/?]+?)(?::[a-zA-Z]+$|/(?:converse|invoke)\b)")


def served_region(asked: Json, answered: Json) -> str | None:
    """The region that Anthropic's API names: that of the answer's usage, else the one that was asked for."""
    usage = answered.get("usage")
    geo = (usage.get("inference_geo") if isinstance(usage, dict) else None) or asked.get("inference_geo")
    return geo if isinstance(geo, str) and _GEO.fullmatch(geo) else None


_GEO: Final = re.compile(r"[a-z]{2}")
"""A region; `global` and `not_available` are none."""


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


_URL_ENDINGS: tuple[tuple[str, Kind], ...] = (
    ("/chat/completions", "chat"),
    ("/completions", "completions"),
    ("/responses", "responses"),
    ("/embeddings", "embeddings"),
    ("/v1/messages", "chat"),
    (":generateContent", "chat"),
    (":streamGenerateContent", "chat"),
    (":rawPredict", "chat"),
    (":streamRawPredict", "chat"),
    ("/v2/chat", "chat"),
    ("/v2/embed", "embeddings"),
    (":embedContent", "embeddings"),
    (":batchEmbedContents", "embeddings"),
)
"""Endings of the URLs of calls to OpenAI, Anthropic, Google, other vendors on Vertex AI, and Cohere."""
INVOKED = ("/invoke", "/invoke-with-response-stream")
_OF_BEDROCK = ("/converse", "/converse-stream", *INVOKED)
"""Endings of the URLs of calls to Amazon Bedrock, behind `/model/` and the name of the model."""


def kind_of_url(url: object) -> Kind | None:
    """The endpoint that a URL or path names: `…/chat/completions?api-version=…` is `chat`."""
    if not isinstance(url, str):
        return None
    path = "/" + url.partition("?")[0].partition("#")[0].rstrip("/").lstrip("/")
    if path.endswith(_OF_BEDROCK):
        return "chat" if "/model/" in path else None
    return next((kind for ending, kind in _URL_ENDINGS if path.endswith(ending)), None)


_CALLS: dict[str, Kind] = {
    "completion": "chat",
    "acompletion": "chat",
    "chat": "chat",
    "chat_completion": "chat",
    "generate_content": "chat",
    "text_completion": "completions",
    "atext_completion": "completions",
    "responses": "responses",
    "aresponses": "responses",
    "embedding": "embeddings",
    "aembedding": "embeddings",
    "embeddings": "embeddings",
}


def kind_of_call(name: object) -> Kind | None:
    """The endpoint behind a call type (LiteLLM) or operation name (OpenTelemetry).

    LiteLLM calls chat `completion` and the legacy endpoint `text_completion`; both sources re-wrap a
    legacy prompt as one user message, so the shape of the body would tell the wrong endpoint.
    """
    return _CALLS.get(name.strip().lower()) if isinstance(name, str) else None
