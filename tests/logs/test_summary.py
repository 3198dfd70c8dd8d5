"""The numbers behind `tokcount formats PATH`, without the sample folder."""

import json
import zipfile
from pathlib import Path

from support.logfiles import CHAT_LINE, write

from tokcount.logs.source import expand
from tokcount.logs.summary import summarise


def test_all_keys_of_the_report(tmp_path: Path) -> None:
    """Counted as the samples' expectations define them."""
    pair = {
        "request": {"model": "m", "messages": [{"role": "user", "content": "<|endoftext|> \ud83d"}]},
        "response": {
            "choices": [{"message": {"content": "ok"}}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 1},
        },
    }
    (source,) = expand([write(tmp_path, f'{CHAT_LINE}\n{json.dumps(pair)}\n{{"cut\n{{"a": 1}}\n')])

    assert summarise(source) == {
        "path": source.path,
        "container": "jsonl",
        "records": 2,
        "formats": {"openai.chat.pair": 1, "openai.chat.request": 1, "unrecognised": 1},
        "kinds": {"chat": 2},
        "skipped": 2,
        "skipped_reasons": {"unparsed": 1, "unrecognised": 1},
        "skipped_at": [
            {
                "source": source.path,
                "line": 3,
                "reason": "unparsed",
                "detail": "not JSON: Unterminated string starting",
            },
            {
                "source": source.path,
                "line": 4,
                "reason": "unrecognised",
                "detail": "keys seen: a; map them with --messages-path or --prompt-path",
            },
        ],
        "messages": 2,
        "chars_in": 8 + 15,
        "chars_out": 2,
        "usage": {"records": 1, "input": 7, "output": 1},
        "requests": 2,
        "flags": {"special_token_text": 1, "surrogate_repaired": 1},
        "fields": {},
        "variables": {},
        "read_from": {},
        "not_read": {},
        "notes": [],
    }


def test_a_format_of_which_only_failures_were_seen_is_named(tmp_path: Path) -> None:
    """A log of nothing but errors is recognised as one."""
    (source,) = expand([write(tmp_path, '{"error": {"message": "m", "code": "c"}}\n' * 2)])

    seen = summarise(source)

    assert (seen["records"], seen["formats"]) == (0, {"openai.error": 2})


def test_a_skipped_member_of_an_archive_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("user.json", '{"a": 1}')
        archive.writestr("chat.jsonl", CHAT_LINE)
    (source,) = expand([str(tmp_path / "export.zip")])

    (place,) = summarise(source)["skipped_at"]

    assert (place["source"], place["line"]) == (f"{source.path}/user.json", 1)
