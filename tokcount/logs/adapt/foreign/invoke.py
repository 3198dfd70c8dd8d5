"""Bodies of Amazon Bedrock's InvokeModel: those of the vendor's own API, or a prompt and the text that follows it.

Source: the Amazon Bedrock user guide (inference request parameters and response fields for foundation models).
"""

from __future__ import annotations

from typing import Any, Final

from tokcount.logs.adapt.answers import is_known_answer
from tokcount.logs.adapt.assemble import assemble, is_chunk
from tokcount.logs.adapt.messages import chat_answer, text_answer
from tokcount.logs.scalars import Json, dig, first, objects

_PROMPTS: Final = ("prompt", "inputText")
_TEXTS: Final = ("generation", "completion", "outputText", "text", "data.text")
"""Where the models of Meta, Anthropic (before messages), Amazon, Mistral, Cohere and AI21 write their answer."""
_ANSWERS: Final = ("results", "outputs", "generations", "completions")
_METRICS: Final = "amazon-bedrock-invocationMetrics"


def invoked(asked: Any) -> Json | None:
    """The request: a body of messages as it is, or the prompt of another body."""
    if not isinstance(asked, dict) or isinstance(asked.get("messages"), list):
        return asked if isinstance(asked, dict) else None
    prompt = first(asked, _PROMPTS)
    return {"prompt": prompt} if isinstance(prompt, str) else asked or None


def returned(answered: Any) -> Json | None:
    """The answer of any vendor's model: a body, the chunks of a stream, or the text under one of its names."""
    if isinstance(answered, list):
        return _streamed(objects(answered))
    if not isinstance(answered, dict) or is_known_answer(answered):
        return answered if isinstance(answered, dict) else None
    if isinstance(answered.get("content"), list):
        return chat_answer([{"role": "assistant", "content": answered["content"]}])
    listed = first(answered, _ANSWERS)
    answers = objects(listed) if isinstance(listed, list) else [answered]
    texts = [found for answer in answers if isinstance(found := first(answer, _TEXTS), str)]
    return {**text_answer(texts), **_usage(answered)} if texts else answered or None


def _streamed(chunks: list[Json]) -> Json | None:
    """The answer of a stream; its last event says what was billed."""
    measured = next((_usage(chunk) for chunk in reversed(chunks) if _METRICS in chunk), {})
    if any(map(is_chunk, chunks)):
        return {**measured, **(assemble(chunk for chunk in chunks if is_chunk(chunk)) or {})}
    texts = [found for chunk in chunks if isinstance(found := first(chunk, _TEXTS), str)]
    return {**text_answer(["".join(texts)]), **measured} if texts else None


def _usage(body: Json) -> Json:
    """The numbers of a body that has no usage: those of Bedrock, of Amazon's models, or of Meta's."""
    found = (
        first(body, (f"{_METRICS}.inputTokenCount", "inputTextTokenCount", "prompt_token_count")),
        first(body, (f"{_METRICS}.outputTokenCount", "generation_token_count")),
    )
    counted = [dig(result, "tokenCount") for result in objects(body.get("results"))]
    if found[1] is None and counted and all(isinstance(each, int) for each in counted):
        found = found[0], sum(counted)
    usage = {
        name: number for name, number in zip(("input_tokens", "output_tokens"), found, strict=True) if number
    }
    return {"usage": usage} if usage else {}
