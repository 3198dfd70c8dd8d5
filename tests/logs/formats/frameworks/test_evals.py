"""openai/evals: the sampling events of a log."""

from typing import Any

from support.reading import answered, asked, records

SPEC = {"spec": {"eval_name": "test", "completion_fns": ["gpt-3.5-turbo"]}}


def event(kind: str, **data: Any) -> dict[str, Any]:
    return {
        "run_id": "r",
        "event_id": 3,
        "sample_id": "s.0",
        "type": kind,
        "data": data,
        "created_at": "2023-06-01 12:00:00.5+00:00",
    }


def test_evals_remember_the_model_of_the_spec_line() -> None:
    messages = [{"role": "user", "content": "hi"}]
    first, second = records(
        SPEC,
        event("sampling", prompt=messages, sampled=["hello"]),
        event("match", correct=True),
        event("sampling", prompt="a joke", sampled=" no"),
        {"final_report": {"accuracy": 1}},
    )

    assert (first.format, first.kind, first.model, first.id) == (
        "openai.evals",
        "chat",
        "gpt-3.5-turbo",
        "r:3",
    )
    assert (asked(first)["messages"], answered(first)) == (messages, ["hello"])
    assert (second.kind, asked(second)["prompt"], answered(second)) == ("completions", "a joke", [" no"])
