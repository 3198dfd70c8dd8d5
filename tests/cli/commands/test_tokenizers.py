"""A tokenizer of another package can be named where an encoding can."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.in_process import tokcount
from support.tokenizers import installed

TEXT = "one two\nthree"
CHAT = {"model": "gpt-4o", "messages": [{"role": "user", "content": TEXT}]}


@pytest.fixture(autouse=True, scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with installed(Path(tmp_path_factory.mktemp("site"))):
        yield


def report(*arguments: str, stdin: str) -> Any:
    done = tokcount(*arguments, "-f", "json", stdin=stdin)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def rows(*arguments: str, stdin: str) -> list[dict[str, Any]]:
    done = tokcount(*arguments, "-f", "jsonl", stdin=stdin)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_it_counts_text() -> None:
    assert report("count", "-e", "acme", "-e", "o200k_base", stdin=TEXT)["total"] == {
        "acme": 4,
        "o200k_base": 4,
    }


def test_its_text_counts_are_exact_and_its_framing_is_estimated() -> None:
    (chat,) = rows("drift", "--to", "acme", "--per-record", stdin=json.dumps(CHAT))
    (prompt,) = rows(
        "drift", "--from", "o200k_base", "--to", "acme", "--per-record", stdin=json.dumps({"prompt": TEXT})
    )

    assert (chat["acme:content_tokens"], chat["acme:framing_tokens"], chat["basis"]) == (4, 7, "estimated")
    assert (prompt["acme:input_tokens"], prompt["basis"]) == (4, "exact")


def test_the_audit_breaks_its_tokens_down_and_does_not_ask_for_a_price() -> None:
    audit = report("audit", "--to", "acme", stdin=json.dumps(CHAT))

    assert "unpriced" not in {finding["id"] for finding in audit["findings"]}


def test_cost_rejects_it_as_it_rejects_an_encoding() -> None:
    done = tokcount("cost", "--to", "acme", stdin=json.dumps(CHAT))

    assert done.returncode == 2
    assert b"--to acme: an encoding has no price" in done.stderr


def test_a_model_of_a_prices_file_can_be_counted_with_it(tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text(
        '[models.acme-large]\nencoding = "acme"\n[[models.acme-large.prices]]\ninput = 1\noutput = 2\n',
        encoding="utf-8",
    )
    (row,) = rows(
        "drift", "--to", "acme-large", "--prices", str(prices), "--per-record", stdin=json.dumps(CHAT)
    )

    assert (row["acme-large:content_tokens"], row["basis"]) == (4, "estimated")


def test_an_exported_model_with_it_is_read_back(tmp_path: Path) -> None:
    prices, exported = tmp_path / "prices.toml", tmp_path / "exported.toml"
    prices.write_text(
        '[models.acme-large]\nencoding = "acme"\nprices = { input = 1, output = 2 }\n', encoding="utf-8"
    )

    exported.write_bytes(tokcount("models", "acme-large", "--prices", str(prices), "--export").stdout)

    assert report("models", "acme-large", "--prices", str(exported), stdin="")


def test_worker_processes_count_with_it(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text((json.dumps(CHAT) + "\n") * 50, encoding="utf-8")

    (total,) = {
        row["acme:content_tokens"]
        for row in rows("drift", str(log), "--to", "acme", "--per-record", "--jobs", "2", stdin="")
    }

    assert total == 4


def test_a_name_that_is_not_installed_is_an_unknown_model() -> None:
    done = tokcount("drift", "--to", "acmee", stdin=json.dumps(CHAT))

    assert (done.returncode, b"unknown model 'acmee'" in done.stderr) == (2, True)
