"""Answers as logs keep them → the body of a response.

An object is what the log says that it is. A string is the text of an answer, unless it has the form in which an API
writes a body or a stream: what a model answers can claim neither a usage nor a model nor an error.
"""

from __future__ import annotations

from typing import Any

from tokcount.logs.adapt.assemble import assemble, assemble_text, is_chunk
from tokcount.logs.adapt.foreign.apis import api_of_response
from tokcount.logs.adapt.messages import chat_answer, text_answer
from tokcount.logs.bytes.sse import FIELDS, STRAY, events_of_text
from tokcount.logs.record import Kind
from tokcount.logs.scalars import Among, Json, could_be_text, decoded

ANSWER_KEYS = (
    *("response", "completion", "output", "answer", "result", "reply"),
    *("output_text", "generated_text", "response_text", "completion_text", "answer_text", "final_answer"),
    *("model_output", "model_response", "llm_output", "llm_response", "ai_response", "bot_response"),
    *("assistant_response", "agent_response", "assistant", "generation", "outputs"),
    *("actual_output", "prediction"),
    *("outputText", "responseText", "modelOutput", "modelResponse", "llmResponse", "assistantResponse"),
)
"""Keys of the answer next to a prompt or the keys of a request, tried in this order."""

_HOLDERS = (
    *("message", "text", "content", *ANSWER_KEYS),
    *("completions", "generations", "candidates", "answers", "messages", "kwargs"),
)
"""Keys of the answer inside an object that holds one, tried in this order."""

_OF_MESSAGES = ("role", "tool_calls", "function_call", "parts", "refusal")
"""Keys of which each makes an object a message."""

_OF_BODIES = ("id", "object", "model", "created", "created_at", "usage", "service_tier", "system_fingerprint")
"""Keys of a response body that mean the same next to an answer."""

_NO_ANSWER = frozenset(
    {
        *_OF_BODIES,
        *("type", "role", "finish_reason", "stop_reason", "done_reason", "done", "error", "metadata"),
        *("status", "status_code", "headers", "latency", "duration", "timestamp", "success", "ok"),
    }
)
"""Keys next to an answer that hold none of it."""

_RESPONSE_OBJECTS: dict[str, Kind] = {
    "chat.completion": "chat",
    "chat.completion.chunk": "chat",
    "text_completion": "completions",
    "response": "responses",
}
_EMPTY: tuple[Any, ...] = (None, "", [], {}, False)


def response_kind(body: Json) -> Kind | None:
    """The endpoint that a response body came from: its `object`, else the shape of its choices."""
    named = body.get("object")
    if isinstance(named, str) and named in _RESPONSE_OBJECTS:
        return _RESPONSE_OBJECTS[named]
    choices = body.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        return "completions" if isinstance(choices[0].get("text"), str) else "chat"
    return "responses" if isinstance(body.get("output"), list) else None


def is_answer_body(value: Json) -> bool:
    """Does an object have choices or output items, as the body of a response has?"""
    if isinstance(value.get("choices"), list):
        return True
    output = value.get("output")
    return output == [] or _are_items(output)


def is_known_answer(value: Json) -> bool:
    """Is an object the body of a response, of OpenAI's API or of another one?"""
    return is_answer_body(value) or api_of_response(value) is not None


def is_unread(body: Json) -> bool:
    """Is there an answer in an object that is no body?"""
    return any(item not in _EMPTY for key, item in body.items() if key not in _NO_ANSWER)


def answer_of(value: object, kind: Kind) -> Json | None:
    """The response body in whatever a log holds: a body, chunks, the text of a stream, or only the answer.

    What has no known form is returned as an object that is no body; `body_record` flags it as not read.
    """
    if isinstance(value, dict):
        return _of_object(value, kind)
    if isinstance(value, str):
        return body_in_text(value) or (_of_texts([value], kind) if value else None)
    if isinstance(value, list):
        return _of_list(value, kind)
    return {"value": value} if type(value) in (int, float) else None


_ANSWERS = Among(ANSWER_KEYS)


def answer_in(value: Json, kind: Kind, keys: tuple[str, ...] = ANSWER_KEYS) -> Json | None:
    """The response body of the first of the keys, or of a `message` object; one that can be read before all others."""
    other = None
    for key in _ANSWERS(value) if keys is ANSWER_KEYS else keys:
        if (given := value.get(key)) and not (key == "prediction" and type(given) is dict):  # a parameter
            found = answer_of(given, kind)
            if found is not None and is_answer_body(found):
                return found
            other = other or found
    message = value.get("message")
    found = _of_object(message, kind) if isinstance(message, dict) else None
    return found if found is not None and is_answer_body(found) else other or found


def as_chat(body: Json) -> Json:
    """The body of an answer with the texts of its choices as messages, as the chat endpoint has them."""
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not _is_text(choices[0]):
        return body
    if not all(map(_is_text, choices)):
        return body
    return {**body, "choices": [_chat_choice(choice) for choice in choices]}


def _chat_choice(choice: Json) -> Json:
    rest = {key: value for key, value in choice.items() if key != "text"}
    return {**rest, "message": {"role": "assistant", "content": choice["text"]}}


def _is_text(choice: object) -> bool:
    return isinstance(choice, dict) and isinstance(choice.get("text"), str) and "message" not in choice


def body_in_text(text: str) -> Json | None:
    """The body or the stream that an API wrote, in the text of a log; `None` for the text of an answer.

    A body without the `object` of a response gives its answer alone.
    """
    if text.lstrip()[:6].startswith(FIELDS):
        return _of_stream(text)
    found = decoded(text)
    if isinstance(found, list):
        return assemble(found) if found and all(map(is_chunk, found)) else None
    if not isinstance(found, dict):
        return None
    if not is_answer_body(found):
        return _of_object(found, "chat") if is_known_answer(found) else None
    if response_kind({"object": found.get("object")}):
        return _of_object(found, "chat")
    answers = {key: found[key] for key in ("choices", "output") if isinstance(found.get(key), list)}
    items = [item for items in answers.values() for item in items]
    if not items or not all(map(_has_role, items)):
        return None
    return answers


def _has_role(item: object) -> bool:
    """Does a choice or an output item name the role of its message, as those that an API writes?"""
    message = item.get("message", item) if isinstance(item, dict) else None
    return isinstance(message, dict) and isinstance(message.get("role"), str)


def _of_stream(text: str) -> Json | None:
    """The body of the text of an event stream; `None` for text that only begins like one."""
    found = list(events_of_text(text))
    if any(event.name == STRAY for event in found):
        return None
    chunks = [decoded(event.data) for event in found]
    objects = [chunk for chunk in chunks if isinstance(chunk, dict)]
    if any(is_chunk(chunk) or chunk.get("choices") for chunk in objects):
        return assemble(objects)
    is_foreign = len(objects) > 1 and all("type" in chunk for chunk in objects)
    return {"events": objects} if is_foreign else None


def _of_list(values: list[Any], kind: Kind) -> Json | None:
    """The body of a list of answers, of parts, of output items, or of the chunks of a stream."""
    values = [value for value in values if value is not None]
    if values and all(isinstance(value, str) for value in values):
        return body_in_text("\n\n".join(values)) or _of_texts(values, kind)
    objects = [value for value in values if isinstance(value, dict)]
    if any(map(is_chunk, objects)) or _are_text_chunks(objects):
        return assemble(objects)
    if len(objects) == 1 and is_known_answer(objects[0]):
        return _of_object(objects[0], kind)
    if _are_items(objects):
        return {"output": values}
    if len(objects) < len(values) or not objects:
        return (
            _of_list(values[0], kind) if len(values) == 1 and isinstance(values[0], list) else _unread(values)
        )
    if all("type" in item and "role" not in item for item in objects):
        return chat_answer([{"role": "assistant", "content": objects}])
    bodies = [_of_object(item, kind) for item in _last_turn(objects)]
    choices = [body.get("choices") for body in bodies]
    if len(bodies) == 1:
        return bodies[0]
    if not bodies or not all(isinstance(each, list) for each in choices):
        return _unread(values)
    return {"choices": [choice for each in choices for choice in each or ()]}


def _last_turn(values: list[Json]) -> list[Json]:
    """The answers at the end of a list that also holds the messages before them; else all values."""
    asked = [
        place for place, value in enumerate(values) if value.get("role") in ("user", "system", "developer")
    ]
    return values[asked[-1] + 1 :] if asked else values


def _are_text_chunks(values: list[Json]) -> bool:
    return len(values) > 1 and all(value.get("object") == "text_completion" for value in values)


def _unread(values: list[Any]) -> Json | None:
    return {"answers": values} if any(could_be_text(value) for value in values) else None


def _of_object(value: Json, kind: Kind) -> Json:
    """The body in an object: itself, an HTTP message, a chunk, a message, or something that holds an answer."""
    choices = value.get("choices")
    if isinstance(choices, list):
        return _of_choices(value, choices)
    if is_answer_body(value):
        return value
    if (api := api_of_response(value)) is not None:
        return api.response(value)
    if value.get("body") is not None:
        return _of_capture(value["body"], kind) or value
    if value.get("error"):
        return value
    if any(key in value for key in _OF_MESSAGES) or isinstance(value.get("content"), list):
        return _of_message(value, kind)
    held = ((key, answer_of(value[key], kind)) for key in _HOLDERS if value.get(key) not in _EMPTY)
    key, answer = next(((key, answer) for key, answer in held if answer and is_answer_body(answer)), ("", {}))
    if not key:
        return value
    rest = {
        name: item
        for name, item in value.items()
        if name != key and name not in _NO_ANSWER and could_be_text(item)
    }
    return {**_of_body(value), **_with_rest(answer, rest)}


def _of_choices(body: Json, choices: list[Any]) -> Json:
    """A body with choices, assembled when it is a chunk, and with choices that are objects."""
    if not choices or (isinstance(choices[0], dict) and "message" in choices[0]):
        return body
    if is_chunk(body):
        return assemble([body]) or body
    if all(isinstance(choice, str) for choice in choices):
        return {**body, **_of_texts(choices, "completions")}
    if all(isinstance(choice, dict) and isinstance(choice.get("content"), str) for choice in choices):
        return {
            **body,
            **chat_answer({"role": "assistant", "content": choice["content"]} for choice in choices),
        }
    return body


def _of_capture(body: object, kind: Kind) -> Json | None:
    """The answer in the body of a captured HTTP message, which the API wrote whatever it looks like."""
    found = decoded(body)
    if isinstance(found, str) and found.lstrip()[:6].startswith(FIELDS):
        found = assemble_text(found) or found
    return _of_object(found, kind) if isinstance(found, dict) else answer_of(found, kind)


def _of_message(message: Json, kind: Kind) -> Json:
    content = message.get("content")
    if isinstance(content, str) and message.keys() <= {"role", "content", *_OF_BODIES}:
        return _of_texts([content], kind)
    rest = {key: item for key, item in message.items() if key not in _NO_ANSWER}
    return {**_of_body(message), **chat_answer([{"role": "assistant", **rest}])}


def _of_body(value: Json) -> Json:
    return {key: value[key] for key in _OF_BODIES if key in value}


def _with_rest(answer: Json, rest: Json) -> Json:
    """The answer with what else may belong to it, so that it is seen as not read."""
    first = next(iter(answer.get("choices") or answer.get("output") or ()), None)
    if rest and isinstance(first, dict):
        message = first.get("message")
        place = message if isinstance(message, dict) else first
        place |= {name: item for name, item in rest.items() if name not in place}
    return answer


def _of_texts(texts: list[str], kind: Kind) -> Json:
    """A response body around plain answers."""
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


def _are_items(value: object) -> bool:
    """Are these output items of the Responses API: messages, reasoning, calls?"""
    return isinstance(value, list) and any(map(_is_item, value))


def _is_item(value: object) -> bool:
    kind = value.get("type") if isinstance(value, dict) else None
    return isinstance(kind, str) and (kind in ("message", "reasoning") or kind.endswith("_call"))
