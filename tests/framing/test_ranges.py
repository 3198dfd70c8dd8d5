"""What cannot be counted has a range where recorded calls give one, and no range where any part of it is not known."""

import base64
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.families import family_of

from tokcount.framing.images import media_tokens
from tokcount.framing.layout import Layout, LayoutBuilder
from tokcount.framing.rules import layout

USER = {"role": "user", "content": "What is new in Zürich?"}
PHOTO = {"type": "image_url", "image_url": {"url": "https://example.org/photo.png"}}


def lay(kind: str, model: str, **request: Any) -> Layout:
    answer = request.pop("answer", None)
    return layout(kind, request, family_of(model), model=model, response=answer, timestamp=1.78e9)


def with_part(model: str, part: Any) -> Layout:
    return lay("chat", model, messages=[{"role": "user", "content": [part]}])


def searched(*kinds: str) -> dict[str, Any]:
    return {"output": [{"type": kind} for kind in (*kinds, "message")]}


def test_a_range_is_the_sum_of_the_ranges_of_all_parts() -> None:
    builder = LayoutBuilder()
    builder.mark_partial("one", (1, 10))
    builder.mark_partial("one", (2, 20))
    assert builder.finish().beyond == (3, 30)


def test_one_part_without_a_range_leaves_the_whole_without_one() -> None:
    builder = LayoutBuilder()
    builder.mark_partial("one", (1, 10))
    builder.mark_partial("two")
    assert builder.finish().beyond is None


def test_a_whole_count_has_no_range() -> None:
    assert lay("chat", "gpt-4o", messages=[USER]).beyond is None


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gpt-4o", (255, 1445)),
        ("gpt-4o-mini", (8500, 48169)),
        ("gpt-5.5", (2, 3001)),
        ("gpt-3.5-turbo", None),
    ],
)
def test_an_image_of_unknown_size_costs_from_the_smallest_to_the_largest(model: str, expected: Any) -> None:
    found = with_part(model, PHOTO)
    assert (found.basis, found.beyond) == ("partial", expected)


def wav(seconds: float, rate: int = 48_000) -> str:
    sound = b"\0" * round(seconds * rate)
    form = struct.pack("<4sI8sIHHIIHH4sI", b"RIFF", 36 + len(sound), b"WAVEfmt ", 16, 1, 1, rate // 2, rate, 2, 16,
                       b"data", len(sound))  # fmt: skip
    return base64.b64encode(form + sound).decode()


def test_sound_costs_ten_tokens_a_second_and_four_around_it() -> None:
    part = {"type": "input_audio", "input_audio": {"format": "wav", "data": wav(3.7)}}
    found = with_part("gpt-audio", part)
    assert found.beyond is not None
    assert found.beyond[0] <= 37 <= found.beyond[1] <= 39
    assert found.constant == with_part("gpt-audio", {"type": "text", "text": ""}).constant + 4


def test_compressed_sound_has_a_wider_range_and_none_without_its_data() -> None:
    data = base64.b64encode(b"\xff\xfb" + b"\0" * 42_421).decode()
    low, high = with_part("gpt-audio", {"type": "input_audio", "input_audio": {"data": data}}).beyond or (
        0,
        0,
    )
    assert low <= 25 <= high
    assert with_part("gpt-audio", {"type": "input_audio", "input_audio": {"data": ""}}).beyond is None


def test_a_file_costs_its_text_and_in_chat_a_picture_of_its_pages() -> None:
    data = "data:application/pdf;base64," + base64.b64encode(b"%PDF-1.7" + b"\0" * 18_000).decode()
    chat = with_part("gpt-4o", {"type": "file", "file": {"filename": "a.pdf", "file_data": data}})
    content = [{"type": "input_file", "filename": "a.pdf", "file_data": data}]
    responses = lay("responses", "gpt-4o", input=[{"role": "user", "content": content}])
    assert chat.beyond is not None
    assert responses.beyond is not None
    assert chat.beyond[0] == 216
    assert responses.beyond[0] < 216
    assert with_part("gpt-4o", {"type": "file", "file": {"file_id": "file-1"}}).beyond is None


def test_the_length_of_encrypted_reasoning_says_about_how_many_tokens_it_has() -> None:
    def beyond(content: str | None) -> Any:
        item = {"type": "reasoning", "summary": [], "encrypted_content": content}
        return lay("responses", "gpt-5", input=[USER, item, {"role": "assistant", "content": "It"}]).beyond

    low, high = beyond("x" * 2_060)
    assert low <= 190 <= high
    assert beyond("[removed]") is None
    assert beyond(None) is None


@pytest.mark.parametrize(
    ("model", "tool", "answer", "basis", "expected"),
    [
        ("gpt-4.1", "web_search", searched("web_search_call"), "partial", (16_000, 17_500)),
        ("gpt-4.1", "web_search", searched(), "estimated", None),
        ("gpt-4.1", "web_search", None, "partial", None),
        (
            "gpt-5.2",
            "web_search",
            searched("web_search_call", "web_search_call"),
            "partial",
            (11_600, 14_200),
        ),
        ("gpt-5.2", "web_search_preview", searched(), "partial", (4_000, 4_600)),
        ("o3-deep-research", "web_search_preview", searched(), "estimated", None),
        ("gpt-5", "image_generation", searched(), "estimated", None),
        ("gpt-5", "image_generation", searched("image_generation_call"), "partial", None),
        ("gpt-4.1", "file_search", searched(), "partial", None),
    ],
)
def test_what_a_hosted_tool_finds_follows_from_how_often_the_answer_ran_it(
    model: str, tool: str, answer: Any, basis: str, expected: Any
) -> None:
    found = lay("responses", model, input=[USER], tools=[{"type": tool}], answer=answer)
    assert (found.basis, found.beyond) == (basis, expected)


def test_tools_that_are_loaded_on_demand_are_not_shown() -> None:
    deferred = {"type": "function", "name": "refund", "description": "Refund it.", "defer_loading": True}
    search = {"type": "tool_search"}
    without, with_one = (
        lay("responses", "gpt-5.4", input=[USER], tools=tools) for tools in ([search], [search, deferred])
    )
    assert (with_one.constant, with_one.texts) == (without.constant, without.texts)


def test_a_custom_tool_with_free_text_costs_thirteen_more_since_2026() -> None:
    tool = {"type": "custom", "name": "run", "description": "Run it."}
    request = {"input": [USER], "tools": [tool]}
    early, late = (
        layout("responses", request, family_of("gpt-5"), model="gpt-5", timestamp=time)
        for time in (1.755e9, 1.78e9)
    )
    assert (late.constant - early.constant, early.texts, late.basis) == (13, late.texts, "estimated")


def test_a_call_of_a_custom_tool_shows_its_input_as_it_is() -> None:
    call = {"type": "custom_tool_call", "call_id": "c", "name": "run", "input": '{"a": 1}'}
    output = {"type": "custom_tool_call_output", "call_id": "c", "output": "done"}
    found = lay("responses", "gpt-5.5", input=[USER, call, output])
    assert found.texts == [USER["content"], "functions.run", '{"a": 1}', "functions.run", "done"]
    assert found.basis == "estimated"


KINDS = st.sampled_from(["input_audio", "file", "input_file", "image_url", "input_image", "x"])
VALUES = (
    st.none()
    | st.integers()
    | st.text(max_size=80)
    | st.sampled_from(["data:text/csv;base64,YQ==", "UklGRg=="])
)
INSIDE = st.dictionaries(st.sampled_from(["data", "file_data", "url", "detail"]), VALUES, max_size=3)


@given(st.fixed_dictionaries({"type": KINDS}, optional={
    "input_audio": INSIDE | VALUES, "file": INSIDE | VALUES, "image_url": INSIDE | VALUES, "file_data": VALUES,
}))  # fmt: skip
def test_every_range_goes_from_the_fewest_to_the_most(part: dict[str, Any]) -> None:
    found = media_tokens(part, family_of("gpt-4o"), "gpt-4o")
    if found.beyond is not None:
        assert 0 <= found.beyond[0] <= found.beyond[1]
