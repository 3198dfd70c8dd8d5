"""What the name of a model says: which models are not OpenAI's, and which take a prompt instead of messages.

OpenAI's encodings can only estimate the tokens of other vendors' models.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PROVIDERS = frozenset(
    {
        "ai21",
        "anthropic",
        "aws",
        "bedrock",
        "cohere",
        "deepseek",
        "fireworks",
        "gcp",
        "gemini",
        "google",
        "groq",
        "huggingface",
        "ibm",
        "meta",
        "mistral",
        "mistralai",
        "ollama",
        "perplexity",
        "replicate",
        "sambanova",
        "together",
        "togetherai",
        "vertex",
        "vertexai",
        "watsonx",
        "xai",
    }
)
"""First words of provider names that never serve OpenAI's models (`aws.bedrock`, `mistral_ai`)."""

_MODELS = (
    "anthropic",
    "claude",
    "codestral",
    "cohere",
    "command-",
    "deepseek",
    "gemini",
    "gemma",
    "google",
    "grok",
    "llama",
    "meta",
    "mistral",
    "mixtral",
    "nova-",
    "phi-",
    "qwen",
    "x-ai",
)
"""How names of other vendors' models begin, after a provider prefix or without one."""


_WORDS = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=4096)
def is_foreign(provider: str | None, model: str | None) -> bool:
    """Did another vendor's model answer, according to the log? An unknown name is not foreign."""
    if provider is not None and _WORDS.split(provider.lower(), 1)[0] in _PROVIDERS:
        return True
    if model is None:
        return False
    name = model.lower()
    parts = (*name.split("/"), *name.split("."))
    return any(part.startswith(_MODELS) for part in parts)


_COMPLETIONS = re.compile(
    r"(?:^|[/:.])(?:ft:)?(?:text-|code-|davinci|curie|babbage|ada\b|gpt-3\.?5-turbo-instruct)"
)


def is_completions_model(model: str | None) -> bool:
    """Is this a model of the legacy completions endpoint (OpenAI's deprecations page)?"""
    return model is not None and _COMPLETIONS.search(model.lower()) is not None
