"""OpenTelemetry spans, as exporters write them."""

import json
from typing import Any

GENAI: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
    "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]),
    "gen_ai.output.messages": json.dumps(
        [{"role": "assistant", "parts": [{"type": "text", "content": "Hello"}], "finish_reason": "stop"}]
    ),
    "gen_ai.usage.input_tokens": 8,
    "gen_ai.usage.output_tokens": 2,
}


def span(attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A span as the console exporter prints it."""
    return {
        "name": "chat",
        "context": {"trace_id": "0x1f", "span_id": "0xa1"},
        "start_time": "2026-11-22T11:30:38.577155Z",
        "attributes": attributes,
        **more,
    }


def otlp(*attributes: dict[str, Any], snake: bool = False, old: bool = False) -> dict[str, Any]:
    """An OTLP message with one span for each set of attributes."""
    spans = [
        {
            "spanId": f"a{index}",
            "name": "chat",
            "startTimeUnixNano": "1795347038577154969",
            "attributes": [{"key": key, "value": _any_value(value)} for key, value in each.items()],
        }
        for index, each in enumerate(attributes)
    ]
    if snake:
        return {"resource_spans": [{"scope_spans": [{"spans": spans}]}]}
    scopes = "instrumentationLibrarySpans" if old else "scopeSpans"
    return {"resourceSpans": [{"resource": {}, scopes: [{"spans": spans}]}]}


def _any_value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_any_value(item) for item in value]}}
    if isinstance(value, dict):
        pairs = [{"key": key, "value": _any_value(item)} for key, item in value.items()]
        return {"kvlistValue": {"values": pairs}}
    return {"stringValue": value}
