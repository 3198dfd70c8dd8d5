"""JSON wherever it is: lines, arrays, pretty-printed, concatenated, behind prefixes, as Python literals."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.logfiles import CHAT, CHAT_LINE, notes_of, places, read_all

from tokcount.logs.containers.prefixed import literals

PRETTY = json.dumps(CHAT, indent=2)
OK = CHAT_LINE

LAYOUTS = {
    "one object": (OK, [1]),
    "lines": (f"{OK}\n{OK}\n", [1, 2]),
    "no last line end": (f"{OK}\n{OK}", [1, 2]),
    "CRLF": (f"{OK}\r\n{OK}\r\n", [1, 2]),
    "byte order mark": (f"\ufeff{OK}\n{OK}\n", [1, 2]),
    "blank lines": (f"\n  \n{OK}\n\n\n{OK}\n\n", [3, 6]),
    "one-line array": (f"[{OK}, {OK}]", [1, 1]),
    "array of lines": (f"[\n{OK},\n{OK}\n]\n", [2, 3]),
    "pretty array": (json.dumps([CHAT, CHAT], indent=1), [2, 11]),
    "lines of arrays": (f"[{OK}]\n[{OK},{OK}]\n", [1, 2, 2]),
    "pretty objects": (f"{PRETTY}\n{PRETTY}", [1, 10]),
    "concatenated": (OK + OK, [1, 1]),
    "record separators": (f"\x1e{OK}\n\x1e{OK}\n", [1, 2]),
    "trailing commas": (f"{OK},\n{OK},\n", [1, 2]),
    "encoded twice": (f"{json.dumps(OK)}\n{OK}\n", [1, 2]),
    "log prefix": (f"2023-05-01 12:00 INFO {OK} in 5 ms\n[2023-05-01] INFO {{x}} {OK}\n", [1, 2]),
    "Python": (f"{CHAT!r}\n{CHAT!r}\n", [1, 2]),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout(layout: str, tmp_path: Path) -> None:
    """Every value is found, with the line it starts on."""
    text, lines = LAYOUTS[layout]

    records, skipped = read_all(tmp_path, text, "log")

    assert skipped == []
    assert [record.line for record in records] == lines
    assert {record.messages[0].text for record in records} == {"héllo 你好"}
    assert len({(record.line, record.index) for record in records}) == len(records)


BROKEN: dict[str, tuple[str, list[int], list[tuple[int, str]]]] = {
    "cut last line": (f"{OK}\n{OK[:20]}", [1], [(2, "unparsed")]),
    "cut first line": (f"{OK[20:]}\n{OK}\n{OK}\n", [2, 3], [(1, "unparsed")]),
    "bad line": (f"{OK}\n{OK[:30]}\n{OK}\n", [1, 3], [(2, "unparsed")]),
    "comments": (f"# one\n{OK}\n// two\n", [2], [(1, "unparsed"), (3, "unparsed")]),
    "numbers and words": (
        f"{OK}\n42\nnull\nhello\n",
        [1],
        [(2, "unparsed"), (3, "unparsed"), (4, "unparsed")],
    ),
    "array that begins with a number": (f"[1, {OK}]\n", [1], [(1, "unparsed")]),
    "array with an error": (f'[\n{OK},\n{{"a" 1}},\n{OK}]', [2], [(3, "unparsed")]),
    "array that is cut": (f"[\n{OK},\n{OK[:30]}", [2], [(3, "unparsed")]),
    "pretty object that is cut": (f"{PRETTY}\n{PRETTY[:40]}", [1], [(10, "unparsed")]),
    "pretty object with an error": (f'{PRETTY}\n{{\n "a" 1\n}}\n{PRETTY}', [1, 13], [(10, "unparsed")]),
    "prefix without JSON": (f"12:00 {OK}\n12:01 nothing\n12:02 {OK}\n", [1, 3], [(2, "unparsed")]),
    "Python with an error": (f"{CHAT!r}\n__import__('os')\n", [1], [(2, "unparsed")]),
    "nested too deeply": (f"{OK}\n{'[' * 10_000}{']' * 10_000}\n{OK}\n", [1, 3], [(2, "unparsed")]),
    "number without end": (f'{OK}\n{{"prompt": {"9" * 5000}}}\n', [1], [(2, "unparsed")]),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_reported_at_its_line(case: str, tmp_path: Path) -> None:
    """The good values around it are read; inside an array reading stops."""
    text, lines, skips = BROKEN[case]

    records, skipped = read_all(tmp_path, text, "log")

    assert [record.line for record in records] == lines
    assert places(skipped) == skips


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ('{"model": "m", "temperature": NaN, "prompt": "x"}', "x"),
        ('{"model": "m", "top_p": -Infinity, "prompt": "x"}', "x"),
        ('{"model": "m", "prompt": "x", "prompt": "y"}', "y"),
        ('{"model": "m", "prompt": "a\tb"}', "a\tb"),
        ('{"model": "m", "prompt": "\\ud83d"}', "\ud83d"),
        ('{"model": "m", "prompt": "\\ud83d\\ude00"}', "😀"),
        ('{"model": "m", "n": 1e999, "prompt": "x"}', "x"),
    ],
)
def test_lenient_json(text: str, prompt: str, tmp_path: Path) -> None:
    """What Python's writers and other careless ones produce is read, in lines and anywhere."""
    for written in (text, f"[\n{text}\n]"):
        records, skipped = read_all(tmp_path, written)

        assert [(record.request or {})["prompt"] for record in records] == [prompt]
        assert skipped == []


def test_an_array_that_is_never_closed_is_read_and_noted(tmp_path: Path) -> None:
    """Nothing is missing that one could name."""
    text = f"[\n{OK},\n{OK},\n"

    records, skipped = read_all(tmp_path, text)

    assert (len(records), skipped) == (2, [])
    assert "not closed" in notes_of(tmp_path, text)[0].text


def test_large_values_cross_blocks(tmp_path: Path) -> None:
    """A line and an array of several megabytes, and many small values around them."""
    large = json.dumps({"model": "m", "prompt": "x" * 5_000_000})
    small = json.dumps({"model": "m", "prompt": "y"})
    for text in (
        "\n".join([small, large, *[small] * 2000, large]),
        f"[{small},{large},{','.join([small] * 2000)},{large}]",
    ):
        records, skipped = read_all(tmp_path, text)

        assert skipped == []
        assert [len((record.request or {})["prompt"]) for record in records] == [
            1,
            5_000_000,
            *[1] * 2000,
            5_000_000,
        ]


def test_a_value_over_the_limit_is_skipped(tmp_path: Path) -> None:
    """It is not held in memory, and the next line is read."""
    text = json.dumps({"model": "m", "prompt": "x" * 3_000_000})

    records, skipped = read_all(tmp_path, f"{text}\n{OK}\n", max_value=1 << 20)
    inside, stopped = read_all(tmp_path, f"[\n{text},\n{OK}\n]", max_value=1 << 20)

    assert ([record.line for record in records], places(skipped)) == ([2], [(1, "unparsed")])
    assert (inside, places(stopped)) == ([], [(2, "unparsed")])


def test_a_list_of_messages_is_one_conversation(tmp_path: Path) -> None:
    """As a whole file and as a line."""
    messages = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    for text in (json.dumps(messages, indent=1), json.dumps(messages)):
        (record,), _ = read_all(tmp_path, text)

        assert record.format == "generic.messages"
        assert record.conversation


def test_plain_text_is_a_record_only_when_asked_for(tmp_path: Path) -> None:
    """The whole file is one prompt."""
    (record,), _ = read_all(tmp_path, "one\ntwo\n", "notes.txt", text=True)

    assert (record.format, record.kind, record.request) == ("generic.text", "text", {"prompt": "one\ntwo\n"})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'a': (1, 2), 'b': None, 3: True}", {"a": [1, 2], "b": None, "3": True}),
        ('{"a": null}', {"a": None}),
        ("{'a': __import__('os')}", None),
        ("{'a': 1", None),
        ("[1]", None),
        ("{'a': " + "[" * 200 + "]" * 200 + "}", None),
    ],
)
def test_literals_become_json_types_and_nothing_runs(text: str, value: Any) -> None:
    """Deep nesting is refused before Python's parser sees it."""
    assert literals(text) == ([] if value is None else [value])


def test_events_are_parsed_and_fragments_reported(tmp_path: Path) -> None:
    """Comments and ids are skipped as the standard requires; other lines are not."""
    chunk = '{"id":"a","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":"x"}}]}'
    text = f": hello\nid: 1\ndata: {chunk}\n\nnonsense\ndata: {chunk[:20]}"

    (record,), skipped = read_all(tmp_path, text)

    assert (record.format, record.line) == ("openai.chat.stream", 3)
    assert places(skipped) == [(5, "unparsed"), (6, "unparsed")]


TABLES = {
    "quotes and line breaks": (
        'id,Prompt,model\r\n1,"a ""b""\nc",davinci\r\n2,d,\r\n',
        [(2, 'a "b"\nc'), (4, "d")],
    ),
    "semicolons": ("prompt;completion\nhello, you;hi\n", [(2, "hello, you")]),
    "tabs": ("question\tanswer\nwhat?\tthat\n", [(2, "what?")]),
    "blank lines": ("prompt\n\na\n\nb\n", [(3, "a"), (5, "b")]),
    "empty cells behind the header": ("prompt,model,\na,\nb,c,,\n", [(2, "a"), (3, "b")]),
    "Windows-1252": ("prompt\ncaf\xe9\n", [(2, "café")]),
}


@pytest.mark.parametrize("table", TABLES)
def test_tables(table: str, tmp_path: Path) -> None:
    """Rows are records, with the line they start on."""
    text, rows = TABLES[table]

    records, skipped = read_all(tmp_path, text.encode("cp1252"), "prompts.csv")

    assert skipped == []
    assert [(record.line, (record.request or {})["prompt"]) for record in records] == rows
    assert {record.format for record in records} == {"generic.csv"}


def test_a_table_of_unknown_columns_is_unrecognised_row_by_row(tmp_path: Path) -> None:
    """It names the columns and how to map them."""
    records, skipped = read_all(tmp_path, "a,b\n1,2\n", "x.csv")

    assert records == []
    assert "keys seen: a, b; map them with --messages-path or --prompt-path" in skipped[0].detail


def test_a_table_of_messages_is_chat(tmp_path: Path) -> None:
    """Messages are JSON in a cell."""
    cell = json.dumps(CHAT["messages"]).replace('"', '""')

    (record,), _ = read_all(tmp_path, f'model,messages,prompt_tokens\ngpt-4o,"{cell}",12\n', "x.csv")

    assert (record.kind, record.model) == ("chat", "gpt-4o")
    assert record.usage is not None
    assert (record.usage.input, record.usage.source) == (12, "csv")


LONG = "w" * 9_000
CONVERSATION = [{"role": "system", "content": LONG}, {"role": "user", "content": "hi"}]


@pytest.mark.parametrize("copies", [1, 300])
@pytest.mark.parametrize("indent", [None, 1])
def test_a_list_of_messages_is_one_conversation_however_long_its_first_message(
    tmp_path: Path, copies: int, indent: int | None
) -> None:
    """Also when the first message is longer than what is read to see what the file is."""
    messages = [{"role": "system", "content": LONG * copies}, CONVERSATION[1]]
    (record,), skipped = read_all(tmp_path, json.dumps(messages, indent=indent), "log.json")

    assert (record.format, len((record.request or {})["messages"]), skipped) == ("generic.messages", 2, [])


def test_messages_of_several_sessions_in_an_array_are_told_apart(tmp_path: Path) -> None:
    lines = [{**message, "session_id": name} for name in ("a", "b") for message in CONVERSATION]
    records, _ = read_all(tmp_path, json.dumps(lines), "log.json")

    assert [record.thread for record in records] == ["a", "b"]


ANSWER = '{"object": "chat.completion", "choices": [{"message": {"role": "assistant", "content": "yes"}}]}'


@pytest.mark.parametrize(
    "line",
    [
        f"12:00 INFO request={OK} response={ANSWER}",
        f"12:00 INFO request: {OK}, response: {ANSWER} in 5 ms",
        f'[12:00] "req" = {OK} "resp" = {ANSWER}',
    ],
)
def test_a_request_and_its_answer_on_one_line_are_one_call(tmp_path: Path, line: str) -> None:
    records, skipped = read_all(tmp_path, f"{line}\n{line}\n", "app.log")

    assert skipped == []
    assert [(record.line, record.format) for record in records] == [
        (1, "openai.chat.pair"),
        (2, "openai.chat.pair"),
    ]
    assert (records[0].response or {})["choices"][0]["message"]["content"] == "yes"


def test_every_object_of_a_line_is_read(tmp_path: Path) -> None:
    records, skipped = read_all(tmp_path, f"INFO {OK} {OK}\nINFO {OK} and {OK} and {OK}\n", "app.log")

    assert skipped == []
    assert [(record.line, record.index) for record in records] == [(1, 0), (1, 1), (2, 0), (2, 1), (2, 2)]


def test_an_object_behind_the_first_that_is_cut_off_is_named(tmp_path: Path) -> None:
    records, skipped = read_all(tmp_path, f"INFO request={OK} response={ANSWER[:40]}\nINFO {OK}\n", "app.log")

    assert [record.line for record in records] == [1, 2]
    assert places(skipped) == [(1, "unparsed")]


def test_a_list_of_messages_behind_a_prefix_is_one_conversation(tmp_path: Path) -> None:
    (record,), _ = read_all(tmp_path, f"[12:00] INFO messages={json.dumps(CONVERSATION)}\n", "app.log")

    assert len((record.request or {})["messages"]) == 2


@pytest.mark.parametrize(
    "text", ["id: 5\nname: Bob\ndata: none\n", "data: hello\n\ndata: world\n", ": smile\n"]
)
def test_text_that_begins_like_an_event_stream_is_text(tmp_path: Path, text: str) -> None:
    (record,), skipped = read_all(tmp_path, text, "note.txt", text=True)

    assert ((record.request or {})["prompt"], skipped) == (text, [])
    assert read_all(tmp_path, text, "note.log")[1][0].reason == "unrecognised"


def test_events_without_blank_lines_between_them_are_read_each(tmp_path: Path) -> None:
    chunk = '{"object": "chat.completion.chunk", "id": "a", "choices": [{"delta": {"content": "x"}}]}'
    (record,), skipped = read_all(tmp_path, f"data: {chunk}\ndata: {chunk}\n", "log.sse")

    assert ((record.response or {})["choices"][0]["message"]["content"], skipped) == ("xx", [])
