"""The calls of hosted tools that are charged, from the items of an answer or from its usage."""

from __future__ import annotations

from typing import Any

import pytest

from tokcount.logs.record import Record, Usage
from tokcount.scanning.features.hosted import container_id, hosted_calls


def answer(
    *items: Any, tools: Any = None, model: str = "gpt-5", usage: Usage | None = None, **more: Any
) -> Record:
    request = {"input": "x", "tools": tools or []}
    return Record(
        source="log",
        line=1,
        format="f",
        kind="responses",
        model=model,
        request=request,
        response={"output": list(items), **more},
        usage=usage,
    )


def chat(model: str, usage: Usage | None = None, **more: Any) -> Record:
    request = {"messages": [{"role": "user", "content": "x"}], **more}
    return Record(source="log", line=1, format="f", kind="chat", model=model, request=request, usage=usage)


def search(kind: str | None = "search", **more: Any) -> dict[str, Any]:
    action = {} if kind is None else {"action": {"type": kind}}
    return {"type": "web_search_call", "id": "ws", "status": "completed", **action, **more}


def code(container: str | None = "cntr_1") -> dict[str, Any]:
    return {"type": "code_interpreter_call", "container_id": container}


PREVIEW = [{"type": "web_search_preview_2025_03_11"}]
LARGE = [{"type": "code_interpreter", "container": {"type": "auto", "memory_limit": "4g"}}]


@pytest.mark.parametrize(
    ("record", "calls"),
    [
        (answer(search(), search(), search("open_page"), search("find_in_page")), "web_search:2"),
        (answer(search(None), search(status="failed")), "web_search:1"),
        (answer(search(), tools=PREVIEW), "web_search_preview:1"),
        (answer(search(), tools=PREVIEW, usage=Usage(web_searches=1)), "web_search_preview:1"),
        (answer(search("open_page")), None),
        (answer(search(), search(), tool_usage={"web_search": {"num_requests": 1}}), "web_search:1"),
        (answer(search(), tool_usage={"web_search": {"num_requests": 0}}), None),
        (answer({"type": "file_search_call"}, {"type": "file_search_call"}), "file_search:2"),
        (answer(code(), code(), code("cntr_2")), "code_interpreter:2"),
        (answer(code(), tools=LARGE), "code_interpreter_4g:1"),
        (
            answer(
                {"type": "shell_call", "environment": {"type": "container_reference", "container_id": "c"}}
            ),
            "code_interpreter:1",
        ),
        (answer({"type": "shell_call", "environment": {"type": "local"}}), None),
        (
            answer({"type": "computer_call"}, {"type": "image_generation_call"}),
            "computer_use:1,image_generation:1",
        ),
        (answer({"type": "function_call"}, {"type": "custom_tool_call"}, {"type": "message"}), None),
        (answer({"type": "My secret, in a place for a name_call"}, {"type": 7}, 7), None),
        (answer(), None),
        (chat("gpt-4o-mini-search-preview-2025-03-11"), "search_model:1"),
        (chat("gpt-4o-search-preview", Usage(requests=7)), "search_model:7"),
        (chat("gpt-4o", Usage(web_searches=3)), "web_search:3"),
        (chat("gpt-4o", Usage(input=3)), None),
        (chat("gpt-4o", web_search_options={}), "web_search_options:1"),
        (chat("gpt-4o", Usage(web_searches=0), web_search_options={}), None),
        (chat("gpt-5-search-api", web_search_options={}), "search_model:1"),
    ],
)
def test_hosted_tools_are_counted_by_what_is_charged(record: Record, calls: str | None) -> None:
    assert hosted_calls(record) == calls


def test_answers_that_share_a_container_have_the_same_fingerprint() -> None:
    first, again, other, nameless = (answer(code(name)) for name in ("cntr_1", "cntr_1", "cntr_2", None))

    assert container_id(first) == container_id(again) != 0
    assert container_id(first) != container_id(other)
    assert container_id(nameless) == container_id(chat("gpt-4o")) == 0
