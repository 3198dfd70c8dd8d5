"""Logs of servers and SDKs: values as Python writes them, between lines of other text."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.logfiles import read_all

from tokcount.logs.containers.prefixed import json_in

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc'\"", max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(
    st.dictionaries(st.text("ab", min_size=1), values, min_size=1, max_size=3),
    st.text("abc :=[]", max_size=20),
)
def test_a_dict_behind_any_prefix_is_read_as_it_was_written(value: dict[str, object], prefix: str) -> None:
    found, is_cut = json_in(f"{prefix}{value!r} done")

    assert (found, is_cut) == ([value], False)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{'a': Timeout(connect=5.0, name='x)'), 'b': 1}", {"a": None, "b": 1}),
        ("{'a': <httpx.Client at 0x7f>, 'b': NOT_GIVEN}", {"a": None, "b": None}),
        ("{'a': 'NOT_GIVEN <b> f(x)', 'b': None}", {"a": "NOT_GIVEN <b> f(x)", "b": None}),
    ],
)
def test_objects_become_null_and_texts_stay(written: str, expected: dict[str, object]) -> None:
    assert json_in(f"DEBUG options: {written}")[0] == [expected]


@pytest.mark.parametrize("call", ["__import__('os').system('true')", "open('x')", "(lambda: 1)()"])
def test_nothing_in_a_literal_is_executed(call: str, tmp_path: Path) -> None:
    assert not (tmp_path / "x").exists()
    assert all(value.get("a") is None for value in json_in("{'a': " + call + "}")[0])


@pytest.mark.parametrize(
    "line", ["{'a': " * 50_000, "{'a': '" + "\\" * 200_000, "{'a': f(" * 20_000, "x <" * 100_000]
)
def test_damage_takes_no_time(line: str) -> None:
    started = time.process_time()

    assert json_in(line) == ([], False)
    assert time.process_time() - started < 2


def test_a_log_of_vllm_is_no_prompt(tmp_path: Path) -> None:
    log = (
        "INFO 02-01 09:59:59 [api_server.py:1] vLLM API server\n"
        "INFO 02-01 10:00:00 [l.py:42] Received request c-1: prompt: '<|im_start|>user\\nHi', params: P(n=1)\n"
    )

    records, (skipped,) = read_all(tmp_path, log, "server.log")

    assert (records, skipped.reason, skipped.format) == ([], "unsupported", "vllm.log")


def test_the_other_files_of_chatgpts_export_are_named(tmp_path: Path) -> None:
    feedback = {"id": "1", "conversation_id": "c", "user_id": "u", "rating": "thumbs_up", "content": "nice"}
    account = {"id": "user-1", "email": "", "chatgpt_plus_user": True}

    records, skipped = read_all(tmp_path, f"{json.dumps(feedback)}\n{json.dumps(account)}\n")

    assert records == []
    assert [(item.reason, item.format) for item in skipped] == [("not_llm", "chatgpt.export")] * 2
    assert "feedback" in skipped[0].detail


def test_a_request_in_the_log_of_the_sdk_is_a_request(tmp_path: Path) -> None:
    options = {
        "method": "post",
        "url": "/responses",
        "json_data": {"model": "gpt-5", "input": "Hi.", "stream": True},
    }

    (found,), _ = read_all(tmp_path, f"DEBUG:openai._base_client:Request options: {options!r}\n")

    assert (found.format, found.kind, found.model) == ("openai.sdk.debug", "responses", "gpt-5")
