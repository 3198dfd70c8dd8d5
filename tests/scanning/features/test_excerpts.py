"""The beginning of the text of single records, for those who ask for it."""

from __future__ import annotations

import json
from pathlib import Path

from tokcount.logs import source as files
from tokcount.logs.options import ReadOptions
from tokcount.scanning.features.excerpts import LENGTH, excerpts


def test_the_last_message_or_the_prompt_is_shown_on_one_line(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    chat = {
        "model": "m",
        "messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b\n\n c"}],
    }
    log.write_text(
        "\n".join(
            map(json.dumps, [{"model": "m", "prompt": "x" * 999}, chat, {"model": "m", "prompt": "no"}])
        )
    )
    places = {(str(log), 1, 0), (str(log), 2, 0)}

    found = excerpts(files.expand([str(log)]), ReadOptions(), places)

    assert found == {(str(log), 1, 0): "x" * (LENGTH - 1) + "…", (str(log), 2, 0): "b c"}


def test_standard_input_cannot_be_read_again() -> None:
    assert excerpts(files.expand(["-"]), ReadOptions(), {("-", 1, 0)}) == {}
