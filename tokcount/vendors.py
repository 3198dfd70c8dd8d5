"""Other vendors' models, by the names that logs and people give them.

OpenAI's encodings can only estimate the tokens of these models, and a model that is assumed for records without a known
one is not assumed for them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

NAMES: Final = {
    "AI2": ("olmo",),
    "AI21": ("ai21", "jamba"),
    "Alibaba": ("qwen", "qwq"),
    "Amazon": ("amazon", "nova-", "titan-"),
    "Anthropic": ("anthropic", "claude"),
    "Baidu": ("ernie",),
    "ByteDance": ("doubao",),
    "Cohere": ("cohere", "command-", "command_"),
    "Databricks": ("dbrx",),
    "DeepSeek": ("deepseek",),
    "Google": ("chat-bison", "gemini", "gemma", "google", "palm-2", "text-bison"),
    "IBM": ("granite",),
    "LMSYS": ("vicuna",),
    "Meta": ("llama", "meta-llama", "muse-"),
    "Microsoft": ("phi-",),
    "MiniMax": ("minimax",),
    "Mistral": ("codestral", "devstral", "magistral", "ministral", "mistral", "mixtral", "pixtral"),
    "Moonshot AI": ("kimi", "moonshot"),
    "NVIDIA": ("nemotron", "nvidia"),
    "Perplexity": ("perplexity", "sonar"),
    "xAI": ("grok", "x-ai", "xai"),
    "Tencent": ("hunyuan",),
    "Z.ai": ("chatglm", "glm-", "z-ai", "zai-", "zhipu"),
}
"""Vendor → how the names of its models begin, after the prefix of a provider or without one."""
_ANYWHERE: Final = ("claude", "deepseek", "gemini", "gemma", "grok", "llama", "mistral", "mixtral", "qwen")
"""Beginnings that mean the same in the middle of a name, as in `aws-claude-3`; deployments are named like this."""

PROVIDERS: Final = frozenset(
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
"""First words of the names of providers that do not serve OpenAI's own models (`aws.bedrock`, `mistral_ai`)."""

_WORDS = re.compile(r"[^a-z0-9]+")
_PARTS = re.compile(r"[/.]")
_INSIDE = re.compile(rf"(?<![a-z])(?:{'|'.join(_ANYWHERE)})")


@lru_cache(maxsize=4096)
def vendor_of(model: str) -> str | None:
    """The vendor of a model by its name, if that is another one than OpenAI.

    >>> vendor_of("openrouter/anthropic/claude-sonnet-4"), vendor_of("my-deployment")
    ('Anthropic', None)
    """
    name = model.strip().lower()
    found = None if "gpt" in name else _INSIDE.search(name)
    parts = (*_PARTS.split(name), found[0] if found else "")
    return next(
        (vendor for vendor, begins in NAMES.items() if any(part.startswith(begins) for part in parts)), None
    )


@lru_cache(maxsize=4096)
def is_foreign(provider: str | None, model: str | None) -> bool:
    """Whether another vendor's model answered, according to the log. An unknown name is not foreign."""
    if provider is not None and _WORDS.split(provider.lower(), 1)[0] in PROVIDERS:
        return True
    return model is not None and vendor_of(model) is not None
