"""Google's `generateContent`, of the Gemini API and of Vertex AI, in camel case and in snake case.

Source: the Gemini API reference (models.generateContent), the reference of Vertex AI, and google-genai, whose calls
keep the settings under `config`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from tokcount.logs.adapt.foreign.api import Api, answer, function, schema_format
from tokcount.logs.adapt.messages import carried
from tokcount.logs.adapt.usage import last_measured
from tokcount.logs.scalars import Json, dig, objects, text

_FINISHED: Final = {"STOP": "stop", "MAX_TOKENS": "length"}
"""Why an answer ended → the same in the chat endpoint; every other reason is `content_filter`."""

_SETTINGS: Final = {
    "temperature": "temperature",
    "topP": "top_p",
    "maxOutputTokens": "max_tokens",
    "stopSequences": "stop",
    "candidateCount": "n",
    "seed": "seed",
    "presencePenalty": "presence_penalty",
    "frequencyPenalty": "frequency_penalty",
}
"""Setting → the parameter of the chat endpoint."""

_TRANSLATED: Final = frozenset(
    """
    contents systemInstruction tools toolConfig generationConfig config cachedContent model
    """.split()  # noqa: SIM905 - a list of words
)
_ANSWER: Final = frozenset(
    """
    candidates usageMetadata modelVersion responseId createTime promptFeedback modelStatus sdkHttpResponse parsed
    automaticFunctionCallingHistory
    """.split()  # noqa: SIM905 - a list of words
)
"""The fields of an answer: one that was blocked has no candidates."""
_OF_CANDIDATES: Final = frozenset(
    """
    content finishReason finishMessage index safetyRatings citationMetadata groundingMetadata groundingAttributions
    urlContextMetadata avgLogprobs logprobsResult tokenCount
    """.split()  # noqa: SIM905 - a list of words
)
_MODES: Final = {"AUTO": "auto", "VALIDATED": "auto", "ANY": "required", "NONE": "none"}
_FREE_THOUGHTS: Final = ("gemini-1", "gemini-2")
"""How the names of models begin that do not bill the thoughts behind the signatures of earlier answers. Gemini 3 does:
in recorded calls of pydantic-ai, 190 to 440 tokens for each."""
_OF_FUNCTIONS: Final = frozenset({"name", "description", "parameters", "parametersJsonSchema", "behavior"})


class GenerateContent(Api):
    """`contents` of parts; an answer with candidates and `usageMetadata`."""

    name = "gemini"
    provider = "google"
    free = frozenset({"safetySettings", "labels"})

    def is_request(self, body: Json) -> bool:
        contents = body.get("contents")
        if isinstance(contents, dict):
            return "parts" in contents
        if isinstance(contents, list):
            return bool(contents) and all(isinstance(each, dict) and "parts" in each for each in contents)
        return isinstance(contents, str) and any(
            name in body for name in ("config", "generationConfig", "generation_config")
        )

    def is_response(self, body: Json) -> bool:
        candidates = body.get("candidates")
        if candidates:
            listed = candidates if isinstance(candidates, list) else [candidates]
            return all(isinstance(each, dict) and _is_candidate(each) for each in listed)
        return isinstance(_named(body, "usageMetadata"), dict) and _ANSWER.issuperset(_camel(body))

    def served_by(self, response: Json) -> str:
        """Only Vertex AI says which kind of traffic a call was."""
        usage = _camel(_named(response, "usageMetadata"))
        return "vertex_ai" if usage.get("trafficType") else self.provider

    def is_event(self, chunk: Json) -> bool:
        return self.is_response(chunk)

    def request(self, body: Json, flags: set[str]) -> Json:
        body = _camel(body)
        settings = _camel(_either(body, "config", "generationConfig"))
        body = {**{name: settings[name] for name in _TRANSLATED if name in settings}, **body}
        built: Json = {name: value for name, value in body.items() if name not in _TRANSLATED | self.free}
        built["messages"] = [
            *_messages(body.get("systemInstruction"), "system"),
            *_messages(body["contents"]),
        ]
        if model := text(body.get("model")):
            built["model"] = model.removeprefix("models/")
        built |= {name: settings[setting] for setting, name in _SETTINGS.items() if setting in settings}
        if tools := [made for tool in objects(body.get("tools")) for made in _tools(tool)]:
            built["tools"] = tools
            built |= _choice(body.get("toolConfig"))
        if _has_signatures(built["messages"]) and not built.get("model", "").startswith(_FREE_THOUGHTS):
            flags.add("hidden_context")
        if body.get("cachedContent") or any(tool.get("type") != "function" for tool in tools):
            flags.add("hidden_context")
        schema = _either(settings, "responseJsonSchema", "responseSchema")
        if schema:
            built["response_format"] = schema_format(_schema(schema))
        elif settings.get("responseMimeType") == "application/json":
            built["response_format"] = {"type": "json_object"}
        return built

    def response(self, body: Json) -> Json:
        body = _camel(body)
        return answer(
            [_choice_of(_camel(candidate)) for candidate in objects(body.get("candidates"))],
            id=body.get("responseId"),
            model=body.get("modelVersion"),
            created=body.get("createTime"),
            usage=body.get("usageMetadata"),
            **carried(body, _ANSWER),
        )

    def joined(self, chunks: Iterable[Json]) -> Json:
        whole: Json = {}
        candidates: dict[int, _Candidate] = {}
        usage: object = None
        for chunk in map(_camel, chunks):
            whole |= chunk
            usage = last_measured(usage, chunk.get("usageMetadata"))
            for candidate in map(_camel, objects(chunk.get("candidates"))):
                index = candidate.get("index")
                candidates.setdefault(index if isinstance(index, int) else 0, _Candidate()).add(candidate)
        listed = [candidates[index].body() for index in sorted(candidates)]
        return {**whole, "candidates": listed, **({"usageMetadata": usage} if usage else {})}


class _Candidate:
    """One candidate of a stream: texts that follow each other are one part."""

    def __init__(self) -> None:
        self.fields: Json = {}
        self.parts: list[tuple[Json, list[str]]] = []
        """Each part with the fragments of its text."""

    def add(self, candidate: Json) -> None:
        """Add what a chunk has of it."""
        self.fields |= {name: value for name, value in candidate.items() if name != "content"}
        for part in map(_camel, objects(dig(candidate, "content.parts"))):
            written = part.pop("text", None)
            text = [written] if isinstance(written, str) else []
            last = self.parts[-1] if self.parts else None
            if last is None or not (text and last[1]) or last[0].get("thought") != part.get("thought"):
                self.parts.append((part, text))
            else:
                last[0].update(part)
                last[1].extend(text)

    def body(self) -> Json:
        """The candidate as in an answer that was not streamed; an empty text at the end is no part."""
        parts = [{**part, **({"text": "".join(texts)} if texts else {})} for part, texts in self.parts]
        kept = [part for part in parts if part != {"text": ""}]
        return {**self.fields, "content": {"role": "model", "parts": kept}}


def _named(body: Json, name: str) -> Any:
    """A field under its name in camel case or in snake case."""
    return body.get(name, body.get(_snake(name)))


def _snake(name: str) -> str:
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name)


def _camel(value: Any) -> Json:
    """The fields of an object that hold something, in camel case; those inside it are as they are."""
    if not isinstance(value, dict):
        return {}
    return {_camel_name(name): item for name, item in value.items() if item is not None}


def _camel_name(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in others) if first and others else name


def _either(body: Json, *names: str) -> Json:
    found = next((body[name] for name in names if isinstance(body.get(name), dict)), None)
    return found or {}


def _is_candidate(candidate: Json) -> bool:
    return isinstance(dig(candidate, "content.parts"), list) or _named(candidate, "finishReason") is not None


def _messages(given: Any, role: str = "user") -> list[Json]:
    """The messages of contents: objects with parts, texts, or a single one of them."""
    listed = given if isinstance(given, list) else [] if given is None else [given]
    return [_message(each, role) for each in listed]


def _message(content: Any, role: str) -> Json:
    if not isinstance(content, dict):
        return {"role": role, "content": content if isinstance(content, str) else None}
    if role != "system":
        named = content.get("role")
        role = "assistant" if named == "model" else "user" if named in (None, "function") else str(named)
    if "parts" not in content:
        part = carried(_camel(content), ("role",))
        return {"role": role, "parts": [part] if part else []}
    listed = content["parts"] if isinstance(content["parts"], list) else [content["parts"]]
    parts = [made for part in listed for made in (_parts(_camel(part)) if isinstance(part, dict) else [part])]
    return {"role": role, "parts": parts, **carried(content, ("role", "parts"))}


def _parts(part: Json) -> list[Json]:
    """A part; media that a tool gave back become parts of their own.

    Calls and results have no ids in the Gemini API: the name of the function tells which belong together.
    """
    for kind in ("functionCall", "functionResponse"):
        if isinstance(called := part.get(kind), dict):
            named = {"id": called.get("id") or called.get("name"), **carried(called, ("id", "parts"))}
            return [{**part, kind: named}, *map(_camel, objects(called.get("parts")))]
    return [part]


def _has_signatures(messages: list[Json]) -> bool:
    """Do parts refer to thoughts that the API keeps?"""
    return any("thoughtSignature" in part for each in messages for part in objects(each.get("parts")))


def _tools(tool: Json) -> list[Json]:
    """The functions of a tool, and a tool for everything else in it: what Google runs itself."""
    tool = _camel(tool)
    functions = [_function(_camel(each)) for each in objects(tool.get("functionDeclarations"))]
    hosted = [
        {"type": name, **(settings if isinstance(settings, dict) else {})}
        for name, settings in tool.items()
        if name != "functionDeclarations" and settings is not None
    ]
    return [*functions, *hosted]


def _function(declared: Json) -> Json:
    schema = declared.get("parametersJsonSchema", declared.get("parameters"))
    others = carried(declared, _OF_FUNCTIONS)
    return function(declared.get("name"), declared.get("description"), _schema(schema), others)


def _schema(value: Any) -> Any:
    """A schema with the types of JSON Schema: Google writes them in capitals (`OBJECT`)."""
    try:
        return _lowered(value)
    except RecursionError:
        return value


def _lowered(value: Any) -> Any:
    if isinstance(value, list):
        return [_lowered(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: item.lower() if name in ("type", "format") and isinstance(item, str) else _lowered(item)
        for name, item in value.items()
    }


def _choice(config: Any) -> Json:
    calling = _camel(_either(_camel(config), "functionCallingConfig"))
    mode, allowed = calling.get("mode"), calling.get("allowedFunctionNames")
    if mode == "ANY" and isinstance(allowed, list) and len(allowed) == 1:
        return {"tool_choice": {"type": "function", "function": {"name": allowed[0]}}}
    chosen = _MODES.get(mode) if isinstance(mode, str) else None
    return {} if chosen is None else {"tool_choice": chosen}


def _choice_of(candidate: Json) -> Json:
    reason = candidate.get("finishReason")
    finish = _FINISHED.get(reason.rpartition(".")[2], "content_filter") if isinstance(reason, str) else None
    content = candidate.get("content")
    message = _message(content if isinstance(content, dict) else {"parts": []}, "assistant")
    others = carried(candidate, _OF_CANDIDATES)
    return {"message": {**message, "role": "assistant"}, "finish_reason": finish, **others}
