"""One record in, one row out: content, framing and output under each reference."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from msgspec.structs import replace

from tokcount.errors import UsageError
from tokcount.framing.families import FAMILIES
from tokcount.framing.family import UserFamily
from tokcount.logs.record import Record, Usage
from tokcount.models.catalog import default
from tokcount.models.overrides import with_aliases
from tokcount.scanning import columns
from tokcount.scanning.columns import ColumnBuilder
from tokcount.scanning.counter import RecordCounter
from tokcount.scanning.doubts import RecordDoubts
from tokcount.scanning.frame import assemble, joined
from tokcount.scanning.plan import ScanPlan, make_plan, own_plan
from tokcount.tokens import tokenizers

CHAT = {
    "messages": [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": "Hello!"},
    ]
}


def rows(plan: ScanPlan, *records: Record) -> list[dict[str, Any]]:
    frame: pl.DataFrame = assemble([(RecordCounter(plan).process(records), 0)])
    return frame.to_dicts()


def chat(**fields: Any) -> Record:
    defaults: dict[str, Any] = {"request": CHAT, "model": "gpt-4o"}
    return Record(
        source="x.jsonl", line=1, format="openai.chat.request", kind="chat", **{**defaults, **fields}
    )


def completion(**fields: Any) -> Record:
    defaults: dict[str, Any] = {"request": {"prompt": "2 + 2 = 4"}, "model": "text-davinci-003"}
    return Record(
        source="x.jsonl",
        line=2,
        format="openai.completions.request",
        kind="completions",
        **{**defaults, **fields},
    )


def test_an_encoding_frames_messages_and_leaves_prompts_alone() -> None:
    first, second = rows(make_plan(), chat(), completion())

    assert (first["o200k_base:content_tokens"], first["o200k_base:framing_tokens"]) == (8, 11)
    assert [second[f"{name}:input_tokens"] for name in ("p50k_base", "cl100k_base", "o200k_base")] == [
        5,
        7,
        7,
    ]
    assert second["o200k_base:framing_tokens"] == 0


def test_a_prompt_on_a_chat_model_is_one_user_message() -> None:
    (row,) = rows(make_plan(to=["gpt-4o"]), completion())

    assert (row["own:input_tokens"], row["own:framing_tokens"]) == (5, 0)
    assert (row["gpt-4o:content_tokens"], row["gpt-4o:framing_tokens"]) == (7, 7)


def test_a_prompt_whose_own_model_has_no_completions_endpoint_is_one_user_message() -> None:
    (row,) = rows(make_plan(to=["gpt-4o"]), completion(model="gpt-4o"))

    assert (row["own:framing_tokens"], row["gpt-4o:framing_tokens"]) == (7, 7)


def test_the_reason_names_the_field_that_was_taken_for_the_prompt() -> None:
    (row,) = rows(make_plan(to=["gpt-4o"]), completion(field="question"))

    assert (row["basis"], row["reason"]) == ("exact", "the prompt is taken from 'question'")


def test_an_answer_that_was_not_read_has_no_tokens_and_a_reason() -> None:
    (row,) = rows(own_plan(), chat(flags=("unread_answer",)))

    assert (row["basis"], row["own:output_tokens"]) == ("exact", None)
    assert row["reason"] == "an answer of a form that is not known; its tokens are not counted"


def test_the_served_model_is_the_own_model() -> None:
    (row,) = rows(make_plan(to=["o200k_base"]), chat(model="my-deployment", served_model="gpt-5-2025-08-07"))

    assert row["own:framing_tokens"] == 10
    assert row["model"] == "gpt-5-2025-08-07"


def test_an_unknown_model_has_no_baseline_and_says_so() -> None:
    (row,) = rows(make_plan(to=["gpt-4o"]), chat(model="my-deployment"))

    assert row["own:input_tokens"] is None
    assert row["gpt-4o:input_tokens"] == 19
    assert row["reason"] == "unknown model 'my-deployment'"


@pytest.mark.parametrize("model", [None, "my-deployment"])
def test_an_assumed_model_stands_in_for_none_and_for_unknown(model: str | None) -> None:
    (row,) = rows(make_plan(to=["o200k_base"], assume_model="gpt-5"), chat(model=model))

    assert row["own:framing_tokens"] == 10


def test_a_model_that_is_not_known_is_never_counted_exactly() -> None:
    plan = make_plan(to=["gpt-4o"], assume_model="gpt-5")
    unknown, none, known = rows(plan, chat(model="my-deployment"), chat(model=None), chat(model="gpt-4o"))

    assert (unknown["own:basis"], unknown["gpt-4o:basis"]) == ("estimated", "exact")
    assert unknown["reason"] == "unknown model 'my-deployment', counted as gpt-5"
    assert [row["own:basis"] for row in (none, known)] == ["exact", "exact"]


def test_no_model_is_assumed_for_another_vendors_model() -> None:
    (row,) = rows(make_plan(to=["gpt-4o"], assume_model="gpt-5"), chat(model="claude-sonnet-9"))

    assert row["own:input_tokens"] is None
    assert row["reason"] == "unknown model 'claude-sonnet-9' of Anthropic"


def test_no_model_is_assumed_for_a_record_that_another_vendor_answered() -> None:
    plan = make_plan(to=["gpt-4o"], assume_model="gpt-5")
    foreign, unknown = rows(plan, chat(model="team-bot", flags=("non_openai",)), chat(model="team-bot"))

    assert foreign["own:input_tokens"] is None
    assert unknown["own:framing_tokens"] == 10


def test_another_vendors_model_is_counted_with_its_own_tokenizer_and_framing() -> None:
    pytest.importorskip("splintr")
    request = {"messages": [{"role": "user", "content": "請寫一首關於秋天的詩："}]}
    plan = make_plan(to=["gpt-4o", "deepseek-flash"])
    (row,) = rows(plan, chat(request=request, model="qwen3-32b", flags=("non_openai",)))
    references = ("own", "gpt-4o", "deepseek-flash")

    assert [row[f"{one}:content_tokens"] for one in references] == [8, 12, 7]
    assert [row[f"{one}:framing_tokens"] for one in references] == [8, 7, 4]
    assert row["gpt-4o:basis"] == "estimated"
    assert "the request is written for the API of another vendor" in row["reason"]


def test_a_model_without_a_tokenizer_is_not_counted_and_the_reason_says_what_can_be_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tokenizers, "problem", lambda name: f"tokenizer {name} needs a package")
    claude, grok = rows(make_plan(to=["gpt-4o"]), chat(model="claude-haiku-4-5"), chat(model="grok-4.7"))

    assert (claude["own:input_tokens"], grok["own:input_tokens"]) == (None, None)
    assert claude["reason"] == "claude-haiku-4-5: tokenizer claude3 needs a package"
    assert grok["reason"].startswith("grok-4.7: xAI publishes no tokenizer")


def test_a_tokenizer_that_is_assumed_is_a_reason_for_an_estimate() -> None:
    pytest.importorskip("splintr")
    (row,) = rows(make_plan(to=["glm-5.3"]), chat(model="gpt-4o"))

    assert (row["own:basis"], row["glm-5.3:basis"]) == ("exact", "estimated")
    assert "glm-5.3 is counted with the tokenizer of the models before it" in row["reason"]


def test_an_alias_counts_another_vendors_model_because_it_was_asked_for() -> None:
    catalog = with_aliases(default(), {"claude-*": "gpt-5"})
    (row,) = rows(make_plan(to=["gpt-4o"], catalog=catalog), chat(model="claude-sonnet-4-5"))

    assert row["own:framing_tokens"] == 10


NOT_IN_CATALOG = "is not in the catalog (--prices adds it), counted as gpt-4o"


@pytest.mark.parametrize(
    ("asked", "served", "reason"),
    [
        (
            "gpt-4o",
            "gpt-4o-2099-01-01",
            "'gpt-4o-2099-01-01' is not in the catalog (--prices adds it), counted as gpt-4o",
        ),
        (
            "gpt-4o-20990101",
            None,
            "'gpt-4o-20990101' is not in the catalog (--prices adds it), counted as gpt-4o",
        ),
        ("gpt-4o", "my-model", "unknown model 'my-model', counted as gpt-4o"),
    ],
)
def test_a_served_model_that_is_not_in_the_catalog_is_estimated(
    asked: str, served: str | None, reason: str
) -> None:
    (row,) = rows(make_plan(to=["gpt-4o"]), chat(model=asked, served_model=served))

    assert (row["own:basis"], row["gpt-4o:basis"], row["reason"]) == ("estimated", "exact", reason)


def test_a_target_whose_date_is_not_in_the_catalog_is_estimated() -> None:
    (row,) = rows(make_plan(to=["gpt-4o-2099-01-01"]), chat(model="gpt-4o"))

    assert (row["own:basis"], row["gpt-4o-2099-01-01:basis"]) == ("exact", "estimated")


@pytest.mark.parametrize("flag", ["truncated", "redacted"])
def test_text_that_the_log_cut_is_not_counted(flag: str) -> None:
    (row,) = rows(make_plan(), chat(flags=(flag,), usage=Usage(input=900, output=3)))

    assert row["o200k_base:input_tokens"] is None
    assert (row["billed_input_tokens"], row["billed_output_tokens"]) == (900, 3)


def test_logged_zero_is_zero_and_not_logged_is_null() -> None:
    (row,) = rows(make_plan(), chat(usage=Usage(input=19, cached_input=0)))

    assert row["billed_cached_tokens"] == 0
    assert row["billed_reasoning_tokens"] is None


def test_flags_of_the_text_join_those_of_the_record() -> None:
    request = {"messages": [{"role": "user", "content": "<|endoftext|> \ud83d"}]}
    (row,) = rows(make_plan(), chat(request=request, flags=("media",)))

    assert row["flags"] == "media|special_token_text|surrogate_repaired"


def test_a_call_that_was_seen_before_is_a_duplicate() -> None:
    first, second, third = rows(make_plan(), chat(id="a"), chat(id="a"), chat(id="b"))

    assert [row["flags"] for row in (first, second, third)] == ["", "duplicate", ""]


def test_content_by_role_adds_up() -> None:
    (row,) = rows(make_plan(by=["role"]), chat())

    by_role = {name: value for name, value in row.items() if name.startswith("o200k_base:content_tokens[")}
    assert sum(by_role.values()) == row["o200k_base:content_tokens"]
    assert by_role["o200k_base:content_tokens[system]"] == 6


def test_a_completion_moved_to_a_chat_model_is_a_chat_reply() -> None:
    (row,) = rows(
        make_plan(to=["gpt-5", "o200k_base"]),
        completion(response={"choices": [{"text": " and 4 = 2 + 2", "finish_reason": "stop"}]}),
    )

    assert row["gpt-5:output_tokens"] == row["o200k_base:output_tokens"] + 3


def test_output_is_counted_under_every_reference() -> None:
    response = {"choices": [{"text": "2 + 2 = 4", "finish_reason": "stop"}]}
    (row,) = rows(make_plan(), completion(response=response))

    assert [row[f"{name}:output_tokens"] for name in ("p50k_base", "cl100k_base", "o200k_base")] == [5, 7, 7]


def test_users_constants_count_and_are_marked() -> None:
    like = FAMILIES["gpt5"]
    framing = replace(like.chat, priming=40)
    family = replace(like, name="gpt-7", chat=framing, estimated="calibrated")
    own = UserFamily("gpt-7", family, "o200k_base")
    (row,) = rows(own_plan(families=(own,)), chat(model="gpt-7"))

    assert row["own:framing_tokens"] == 48
    assert (row["basis"], row["reason"]) == ("estimated", "calibrated")


def response_call(**fields: Any) -> Record:
    """A Responses call whose answer makes two calls."""
    call = {"type": "function_call", "name": "f", "arguments": "{}", "call_id": "c"}
    defaults: dict[str, Any] = {"request": {"input": "Hello!"}, "response": {"output": [call, call]}}
    return Record(
        source="x.jsonl", line=3, format="openai.responses.pair", kind="responses", **{**defaults, **fields}
    )


def test_the_items_of_answers_are_counted_where_the_plan_asks_for_them() -> None:
    called, unanswered = rows(own_plan(), response_call(), response_call(response=None))

    assert (called["answer_calls"], called["answer_messages"]) == (2, 0)
    assert (unanswered["answer_calls"], unanswered["answer_messages"]) == (0, 0)
    assert "answer_calls" not in rows(make_plan(to=["gpt-4o"], shapes=True), response_call())[0]


def test_words_that_are_not_unicode_are_repaired() -> None:
    (row,) = rows(make_plan(), chat(model="gpt-\udcff", tags=("a\ud83d",)))

    assert row["model"] == "gpt-?"


def test_rows_are_the_same_however_many_are_packed_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [
        chat(index=n, timestamp=1e9 + n, id=f"chatcmpl-{n % 7}", usage=Usage(input=9, output=1))
        for n in range(29)
    ]
    whole = rows(make_plan(to=["gpt-5"]), *records)
    monkeypatch.setattr(columns, "PACK_AT", 100)

    assert rows(make_plan(to=["gpt-5"]), *records) == whole
    assert [row["index"] for row in whole] == list(range(29))
    assert [row["flags"] for row in whole] == [""] * 7 + ["duplicate"] * 22


def test_a_column_with_one_value_keeps_its_type_in_every_row() -> None:
    named, nameless = chat(user="ada"), chat(user=None, model=None)
    one, other = ColumnBuilder(()), ColumnBuilder(())
    for builder, record in ((one, named), (one, named), (other, nameless)):
        builder.append(record, builder.codes(record, RecordDoubts()), 0, [])
    first, second = one.finish(), other.finish()
    same, mixed = joined([(first, 0)]), joined([(first, 0), (second, 10)])

    assert same.schema == mixed.schema
    assert same["user"].to_list() == ["ada"] * 2
    assert mixed["user"].to_list() == ["ada", "ada", None]
    assert mixed["line"].to_list() == [1, 1, 11]
    assert joined([]).schema["user"] == pl.String


@pytest.mark.parametrize(
    ("model", "replacement"),
    [
        ("gpt-4o", "gpt-6-luna"),
        ("gpt-4", "gpt-5.6-sol"),
        ("text-embedding-ada-002", "text-embedding-3-small"),
    ],
)
def test_auto_counts_as_the_recommended_replacement_of_the_model(model: str, replacement: str) -> None:
    (row,) = rows(make_plan(to=["auto", replacement], today=date(2026, 11, 22)), chat(model=model))

    assert row["replacement"] == replacement
    for name in ("content_tokens", "framing_tokens", "input_tokens", "output_tokens", "basis"):
        assert row[f"auto:{name}"] == row[f"{replacement}:{name}"]


def test_auto_sends_a_completions_prompt_as_the_replacement_takes_it() -> None:
    (row,) = rows(make_plan(to=["auto"], today=date(2026, 11, 22)), completion())

    assert row["own:framing_tokens"] == 0
    assert row["auto:framing_tokens"] > 0


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("gpt-5.5", "no recommended replacement of gpt-5.5"),
        ("my-model", "unknown model 'my-model'"),
        (None, "no model in the record"),
    ],
)
def test_auto_has_no_count_without_a_recommendation(model: str | None, reason: str) -> None:
    (row,) = rows(make_plan(to=["auto"], today=date(2026, 11, 22)), chat(model=model))

    assert row["auto:input_tokens"] is None
    assert row["reason"] == reason


def test_the_first_reason_is_why_there_is_no_count() -> None:
    flagged = chat(model="gpt-5.5", flags=("hidden_context",))
    (row,) = rows(make_plan(to=["auto"], today=date(2026, 11, 22)), flagged)

    assert row["reason"].startswith("no recommended replacement of gpt-5.5; ")


def test_auto_follows_the_model_that_is_assumed() -> None:
    (row,) = rows(make_plan(to=["auto"], assume_model="gpt-4", today=date(2026, 11, 22)), chat(model="mine"))

    assert row["replacement"] == "gpt-5.6-sol"
    assert row["auto:basis"] == "estimated"


def test_auto_under_a_named_baseline_is_the_last_reference() -> None:
    plan = make_plan(from_="gpt-4", to=["auto", "gpt-5"], today=date(2026, 11, 22))

    assert plan.labels == ("gpt-4", "gpt-5", "auto")


def test_auto_is_not_a_baseline() -> None:
    with pytest.raises(UsageError, match="auto is a target only"):
        make_plan(from_="auto")


@pytest.mark.parametrize(
    ("logged", "column"),
    [
        ("0.0125", "0.0125"),
        ("1.095e-05", "0.00001095"),
        ("0.00012300000000000001", "0.000123"),
        ("900000.0000000000001", "900000.0000000000001"),
        (None, None),
        ("-0.5", None),
        ("1e12", None),
    ],
)
def test_the_amount_in_the_log_is_a_column_of_exact_money(logged: str | None, column: str | None) -> None:
    counter = RecordCounter(own_plan())
    usage = Usage(input=8, output=1, cost_usd=logged)
    frame = assemble([(counter.process([chat(usage=usage), chat(usage=usage)]), 0)])

    assert frame["billed_usd"].to_list() == [None if column is None else Decimal(column)] * 2
