"""What stands around the bodies of a call in home-made logs: ids, times, deployments, bare answers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from tokcount.logs.bodies import Facts, chat_answer, tags_from, text_answer
from tokcount.logs.captures import body_of
from tokcount.logs.formats.streams import assemble
from tokcount.logs.record import Json, Kind
from tokcount.logs.values import decoded, text, timestamp

TIME_KEYS = (
    "timestamp",
    "ts",
    "time",
    "created_at",
    "created",
    "datetime",
    "date",
    "startTime",
    "start_time",
)
ID_KEYS = ("id", "request_id", "call_id", "uuid")

URL_KEYS = ("url", "path", "endpoint")

_AROUND = {
    "timestamp": TIME_KEYS,
    "id": ID_KEYS,
    "user": ("user", "user_id"),
    "deployment": (*URL_KEYS, "request"),
    "tags": ("tags",),
}


def has_roles(messages: object) -> bool:
    """Is this a list of chat messages (or an empty one)?"""
    if not isinstance(messages, list):
        return False
    first_one = messages[0] if messages else None
    return first_one is None or (isinstance(first_one, dict) and "role" in first_one)


_AROUND_KEYS = frozenset(key for names in _AROUND.values() for key in names)


@lru_cache(maxsize=4096)
def _around(keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """What the keys of a value say about the call: field of `Facts` and key, the best key of each field first."""
    return tuple((field, key) for field, names in _AROUND.items() for key in names if key in keys)


def facts_around(value: Json) -> Facts:
    """What a row says about the call beside its bodies."""
    facts = Facts(model=text(value.get("model")))
    if _AROUND_KEYS.isdisjoint(value):
        return facts
    for field, key in _around(tuple(value)):
        said = value[key]
        if field == "timestamp":
            facts.timestamp = facts.timestamp or timestamp(said)
        elif field == "deployment":
            facts.deployment = facts.deployment or deployment_of(said)
        elif field == "tags":
            facts.tags = tags_from(said)
        else:
            setattr(facts, field, getattr(facts, field) or text(said))
    facts.model = facts.model or facts.deployment
    return facts


def deployment_of(message: object) -> str | None:
    """The deployment in an Azure URL (``/openai/deployments/NAME/chat/completions``), or in that of a message."""
    url = message.get("url") if isinstance(message, dict) else message
    if not isinstance(url, str):
        return None
    _, found, rest = url.partition("/deployments/")
    return rest.partition("/")[0] or None if found else None


def answer_of(value: object, kind: Kind) -> Json | None:
    """The response body in whatever a log holds: a body, chunks, the text of a stream, or only the answer."""
    value = unwrapped(value)
    if isinstance(value, dict):
        if isinstance(value.get("content"), str) and "choices" not in value:
            return text_or_chat([value["content"]], kind)
        return value
    if isinstance(value, list):
        chunks = [item for item in value if isinstance(item, dict) and ("choices" in item or "type" in item)]
        return assemble(chunks) if chunks else text_or_chat([v for v in value if isinstance(v, str)], kind)
    if isinstance(value, str):
        return body_of(value) or text_or_chat([value], kind)
    return None


def text_or_chat(texts: list[str], kind: Kind) -> Json | None:
    """A response body around plain answers."""
    if not texts:
        return None
    if kind == "responses":
        return {"output": [_output_message(answer) for answer in texts]}
    if kind == "chat":
        return chat_answer({"role": "assistant", "content": answer} for answer in texts)
    return text_answer(texts)


def _output_message(answer: str) -> Json:
    return {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": answer}],
    }


def unwrapped(value: Any) -> Any:
    """What a value holds: JSON in a string, or the body of an HTTP message ``{status, headers, body}``."""
    value = decoded(value)
    if isinstance(value, dict) and value.get("body") is not None and "choices" not in value:
        return decoded(value["body"])
    return value
