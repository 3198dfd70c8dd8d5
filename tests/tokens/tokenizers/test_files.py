"""Tokenizers from files of the user."""

from pathlib import Path

import pytest
from support.model_folders import write_model

from tokcount.errors import UsageError
from tokcount.tokens import encodings, tokenizers
from tokcount.tokens.counter import TextCounter
from tokcount.tokens.tokenizers import files

pytest.importorskip("tokenizers")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    write_model(tmp_path)
    return tmp_path


def test_a_folder_and_the_file_in_it_are_the_same_tokenizer(model: Path) -> None:
    for name in (f"{model}/", f"{model}/tokenizer.json"):
        assert encodings.check_name(name) == name
        assert encodings.cuts_of(name) is None
        assert TextCounter([name]).count("one two one \ud800") == (4,)


def test_the_truncation_that_a_file_asks_for_is_off(model: Path) -> None:
    assert tokenizers.load(str(model)).count("one two one two") == 4


def test_special_tokens_are_ordinary_text_and_added_tokens_are_tokens(model: Path) -> None:
    made = tokenizers.load(str(model))
    assert list(made.encode("<end> <tool>")) == [3, 4, 5, 7]


def test_a_relative_path_is_known_by_how_it_begins() -> None:
    assert files.is_path("./Qwen3-8B")
    assert files.is_path("models/tokenizer.json")
    assert not files.is_path("meta-llama/Llama-3.3-70B-Instruct")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", r"tokenizer\.json is not a tokenizer that can be read: "),
        ("not json", r"tokenizer\.json is not a tokenizer that can be read: "),
    ],
)
def test_a_file_that_is_no_tokenizer_is_refused_in_one_line(
    content: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "tokenizer.json").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=message) as error:
        tokenizers.load(str(tmp_path))
    assert "\n" not in str(error.value)


def test_a_folder_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no such file\. Name a tokenizer\.json, or a folder with one\."):
        tokenizers.load(str(tmp_path))


def test_a_file_too_large_to_be_a_tokenizer_is_not_read(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 10)
    with pytest.raises(UsageError, match="is too large to be a tokenizer"):
        tokenizers.load(str(model))


def test_without_the_library_the_extra_to_install_is_named(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tokcount.tokens.tokenizers.entry.find_spec", lambda _module: None)
    with pytest.raises(UsageError, match=r"needs tokenizers: install tokcount\[tokenizers\]\."):
        tokenizers.load(f"{model}/tokenizer.json")
