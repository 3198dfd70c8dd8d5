"""Requests to a model in a folder of the user: messages as the chat template of the folder renders them.

The folder is one that Hugging Face's libraries save: `tokenizer.json`, with the template in `chat_template.jinja` or in
`tokenizer_config.json`. The template runs in Jinja's sandbox, in which it can neither change what it is given nor reach
anything else; how much it may write and how long its ranges are is limited. Its special tokens are tokens of their own,
also where a message has one in its text: that is how servers encode a rendered prompt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from tokcount.errors import UsageError
from tokcount.framing.chat import layout_chat
from tokcount.framing.content import read_content
from tokcount.framing.families import FAMILIES
from tokcount.framing.family import Family
from tokcount.framing.layout import Layout
from tokcount.logs.accounting.unread import Unread
from tokcount.logs.scalars import Json, decoded, decoded_object
from tokcount.tokens.tokenizers.files import is_path

TEMPLATE: Final = "chat_template.jinja"
CONFIG: Final = "tokenizer_config.json"
TOKENIZER: Final = "tokenizer.json"
LONGEST: Final = 1 << 24
"""Characters that a prompt may become."""
LONGEST_RANGE: Final = 10_000
RENDERED: Final = "as the chat template of the model's folder renders it, which a host may change"
REFUSED: Final = "the chat template of the model's folder does not take the request"
_GENERATION: Final = re.compile(r"\{%-?\s*(?:end)?generation\s*-?%\}")
"""Marks what a model wrote, for training; it writes nothing."""
_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Today in a prompt of a record without a time."""


class _Added(msgspec.Struct):
    content: str
    special: bool = False


class _File(msgspec.Struct):
    """What is needed of `tokenizer.json`."""

    added_tokens: list[_Added] = []


class ChatTemplate:
    """The template of a folder."""

    def __init__(self, source: str, config: Json, special: list[str]) -> None:
        self._template = _environment().from_string(_GENERATION.sub("", source))
        self._named = {key: _content(value) for key, value in config.items() if key.endswith("_token")}
        longest_first = sorted(special, key=len, reverse=True)
        self._special = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def texts(self, request: Json, timestamp: float | None) -> tuple[list[str], int]:
        """The rendered prompt without its special tokens, and how many of them it has.

        Raises `ValueError` for a request that the template does not take.
        """
        given = request.get("messages")
        messages = list(map(_with_text, given)) if isinstance(given, list) else []
        for form in _forms(messages):
            try:
                prompt = "".join(self._rendered(form, request, timestamp))
            except ValueError:
                continue
            texts = self._special.split(prompt)
            return [text for text in texts if text], len(texts) - 1
        raise ValueError(REFUSED)

    def _rendered(self, messages: list[Any], request: Json, timestamp: float | None) -> Iterator[str]:
        left = LONGEST
        try:
            now = _DAY if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
            for piece in self._template.generate(
                **self._named,
                messages=messages,
                tools=request.get("tools") or None,
                documents=None,
                add_generation_prompt=True,
                strftime_now=now.strftime,
            ):
                yield piece
                left -= len(piece)
                if left < 0:
                    break
        except Exception as error:  # noqa: BLE001 - a template may raise anything while it runs
            raise ValueError(type(error).__name__) from None
        if left < 0:
            raise ValueError("too long")


def layout_rendered(
    request: Json,
    family: Family,
    *,
    roles: bool = False,
    timestamp: float | None = None,
    model: str = "",
    unread: Unread | None = None,
) -> Layout:
    """The layout of a chat request as the template renders it; that of other chats, and why, where it fails."""
    laid = layout_chat(request, family, roles=roles, timestamp=timestamp, model=model, unread=unread)
    laid.plain = False
    template = _template(family.model_folder)
    try:
        texts, special = template.texts(request, timestamp)
    except ValueError:
        laid.reasons = tuple(REFUSED if reason == RENDERED else reason for reason in laid.reasons)
        return laid
    laid.texts, laid.constant = texts, special
    return laid


def family_of(name: str) -> Family | None:
    """The family of the model in a folder; `None` for a name that is no folder with a chat template.

    Raises `UsageError` for one whose template cannot be read.
    """
    folder = Path(name).expanduser()
    if not is_path(name) or not folder.is_dir() or _source(folder, _config(folder)) is None:
        return None
    _template(name)
    return msgspec.structs.replace(FAMILIES["unknown"], name=name, estimated=RENDERED, model_folder=name)


@cache
def _template(name: str) -> ChatTemplate:
    folder = Path(name).expanduser()
    config = _config(folder)
    try:
        added = msgspec.json.decode((folder / TOKENIZER).read_bytes(), type=_File).added_tokens
        return ChatTemplate(
            _source(folder, config) or "", config, [token.content for token in added if token.special]
        )
    except UsageError:
        raise
    except Exception as error:
        raise UsageError(f"the chat template of {name} cannot be read: {error}.") from error


def _source(folder: Path, config: Json) -> str | None:
    if (folder / TEMPLATE).is_file():
        return (folder / TEMPLATE).read_text("utf-8")
    found = config.get("chat_template")
    if isinstance(found, list):
        named = {one.get("name"): one.get("template") for one in found if isinstance(one, dict)}
        found = named.get("default")
    return found if isinstance(found, str) else None


def _config(folder: Path) -> Json:
    path = folder / CONFIG
    return decoded_object(path.read_text("utf-8")) if path.is_file() else {}


def _content(token: Any) -> str:
    """The text of a token, which some files have inside an object."""
    return str(token.get("content", "")) if isinstance(token, dict) else str(token or "")


def _forms(messages: list[Any]) -> Iterator[list[Any]]:
    """The messages in the forms that templates expect, the most common first.

    Most want the arguments of calls decoded, others as APIs write them; many fail at a message without a content.
    """
    with_arguments = list(map(_with_arguments, messages))
    yield with_arguments
    yield messages
    yield list(map(_with_content, with_arguments))
    yield list(map(_with_content, messages))


def _with_text(message: Any) -> Any:
    """A message with its text as one string."""
    if not isinstance(message, dict) or not isinstance(message.get("content"), list):
        return message
    return {**message, "content": read_content(message["content"]).text}


def _with_content(message: Any) -> Any:
    return {**message, "content": message.get("content") or ""} if isinstance(message, dict) else message


def _with_arguments(message: Any) -> Any:
    """A message with the arguments of its calls decoded."""
    if not isinstance(message, dict) or not isinstance(message.get("tool_calls"), list):
        return message
    return {**message, "tool_calls": list(map(_call, message["tool_calls"]))}


def _call(call: Any) -> Any:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        return call
    return {**call, "function": {**function, "arguments": decoded(function.get("arguments"))}}


@cache
def _environment() -> Any:
    try:
        from jinja2.ext import loopcontrols
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError:
        raise UsageError("chat templates need jinja2: install tokcount[tokenizers].") from None
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols]
    )
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _refuse
    environment.globals["range"] = _short_range
    return environment


def _to_json(value: Any, indent: int | None = None, **_others: Any) -> str:
    """JSON as Hugging Face's templates write it: characters as they are, keys in their order."""
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(message: str) -> None:
    raise ValueError(message)


def _short_range(*bounds: int) -> range:
    found = range(*bounds)
    if len(found) > LONGEST_RANGE:
        raise ValueError(f"a range of {len(found):,} numbers")
    return found
