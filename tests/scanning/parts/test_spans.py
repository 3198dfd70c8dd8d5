"""Parts of a file give the records of the whole."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.logfiles import CHAT_LINE, COMPLETION, write

from tokcount.logs.format import NeedsWhole
from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import read
from tokcount.logs.source import expand
from tokcount.scanning.parts.spans import Span, SpanReader, plan


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(
        st.sampled_from([CHAT_LINE, json.dumps(COMPLETION), "", "# no", '{"cut', CHAT_LINE * 2, "x" * 300]),
        min_size=1,
        max_size=40,
    ),
    size=st.integers(20, 400),
    ended=st.booleans(),
)
def test_parts_put_together_are_the_whole(lines: list[str], size: int, ended: bool, tmp_path: Path) -> None:
    """Same items, same order, same lines once each part's lines are added up."""
    text = "\n".join([CHAT_LINE, *lines]) + "\n" * ended
    (source,) = expand([write(tmp_path, text)])
    whole = list(read([source]))

    spans = plan(source, span_bytes=size)
    if spans is None:
        assert source.size is not None
        assert source.size < 2 * size
        return
    assert [span.start for span in spans] == [0, *[span.end for span in spans[:-1]]]
    assert spans[-1].end == source.size
    items, offset = [], 0
    for span in spans:
        part = SpanReader(source, span, ReadOptions())
        for item in part:
            item.line += offset
            items.append(item)
        offset += part.lines
    assert items == whole


@pytest.mark.parametrize(
    "data",
    [
        f"[{CHAT_LINE},\n{CHAT_LINE}]".encode(),
        json.dumps(json.loads(CHAT_LINE), indent=1).encode() * 4,
        gzip.compress(CHAT_LINE.encode() * 100),
        f"{CHAT_LINE}\n".encode("utf-16") * 4,
        b"prompt,model\na,b\nc,d\n" * 10,
        b"data: {}\n\n" * 20,
    ],
)
def test_only_plain_files_of_lines_are_cut(data: bytes, tmp_path: Path) -> None:
    """All else is read in one piece."""
    (source,) = expand([write(tmp_path, data)])

    assert plan(source, span_bytes=10) is None


def test_a_grouped_format_asks_for_the_whole_file(tmp_path: Path) -> None:
    """Chunks of a stream may lie in two parts; batch files even in two files."""
    chunk = '{"id":"a","object":"chat.completion.chunk","choices":[]}'
    for line, whole_run in ((chunk, False), ('{"custom_id":"a","url":"/v1/x","body":{}}', True)):
        (source,) = expand([write(tmp_path, f"{line}\n" * 3)])
        part = SpanReader(source, Span(0, source.size or 0), ReadOptions())

        with pytest.raises(NeedsWhole) as raised:
            list(part)

        assert raised.value.whole_run is whole_run


def test_the_signal_survives_a_process_boundary() -> None:
    """Workers hand it to their parent pickled."""
    import pickle

    signal = pickle.loads(pickle.dumps(NeedsWhole("x", whole_run=True)))  # noqa: S301 - our own bytes

    assert (signal.format_name, signal.whole_run) == ("x", True)


def test_a_file_that_became_shorter_is_reported(tmp_path: Path) -> None:
    """It was cut while it was read."""
    (source,) = expand([write(tmp_path, f"{CHAT_LINE}\n")])

    items = list(SpanReader(source, Span(0, 10_000), ReadOptions()))

    assert [getattr(item, "reason", "record") for item in items] == ["record", "unreadable"]


def test_a_file_that_begins_with_a_grouped_format_is_not_cut(tmp_path: Path) -> None:
    """So that no part of it is read in vain."""
    (source,) = expand([write(tmp_path, '{"custom_id":"a","url":"/v1/x","body":{}}\n' * 30)])

    assert plan(source, span_bytes=10) is None
