"""Events of OpenTelemetry that come without their span, without messages or in unexpected shapes."""

from typing import Any

from support.reading import items, reasons, records

from tokcount.logs.record import Record


def log(name: str, span: str = "b7ad6b7169203331", body: Any = None, **attributes: Any) -> dict[str, Any]:
    """An event as OTLP exports it in JSON."""
    return {
        "resourceLogs": [
            {
                "scopeLogs": [
                    {
                        "logRecords": [
                            {
                                "timeUnixNano": "1763640371000000000",
                                "eventName": name,
                                "spanId": span,
                                "traceId": "0af7651916cd43dd8448eb211c80319c",
                                "body": {"stringValue": body} if isinstance(body, str) else body,
                                "attributes": [
                                    {"key": key.replace("__", "."), "value": {"stringValue": value}}
                                    for key, value in attributes.items()
                                ],
                            }
                        ]
                    }
                ]
            }
        ]
    }


def test_events_whose_span_never_comes_are_a_call_without_usage() -> None:
    (record,) = records(
        log("gen_ai.user.message", body='{"content": "Hi"}', gen_ai__system="openai"),
        log("gen_ai.choice", body='{"index": 0, "message": {"content": "Hello"}}'),
    )

    assert (record.request or {})["messages"] == [{"role": "user", "content": "Hi"}]
    assert (record.response or {})["choices"][0]["message"]["content"] == "Hello"
    assert record.usage is None


def test_an_event_whose_body_is_plain_text_is_that_message() -> None:
    (record,) = records(log("gen_ai.user.message", body="Hi"))

    assert (record.request or {})["messages"] == [{"role": "user", "content": "Hi"}]


def test_events_of_other_things_are_said_to_be_none() -> None:
    found = items(log("http.server.request", body="GET /"))

    assert not [item for item in found if isinstance(item, Record)]
    assert reasons(log("http.server.request", body="GET /"))
