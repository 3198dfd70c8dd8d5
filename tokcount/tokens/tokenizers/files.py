"""Tokenizers of the user: a `tokenizer.json` in the format of Hugging Face, or the folder of a model with one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tokcount.errors import UsageError
from tokcount.tokens.tokenizer import Tokenizer
from tokcount.tokens.tokenizers.entry import Package

FILE: Final = "tokenizer.json"
MOST_BYTES: Final = 256_000_000
"""Size of a file above which it is no tokenizer; the largest vocabularies take 35 MB."""
_STARTS: Final = ("./", "../", "/", "~/", ".\\", "..\\")
_PACKAGE: Final = Package("tokenizers", "tokenizers", "tokenizers")


class FileTokenizer(Tokenizer):
    """A tokenizer of Hugging Face's library. Its special tokens are ordinary text."""

    def __init__(self, name: str, data: str) -> None:
        from tokenizers import Tokenizer as HuggingFace

        self.name = name
        self._made: Any = HuggingFace.from_str(data)
        self._made.no_truncation()
        self._made.no_padding()
        self._made.encode_special_tokens = True

    def count(self, text: str) -> int:
        """Number of tokens of a text without lone surrogates."""
        return len(self.encode(text))

    def encode(self, text: str) -> Sequence[int]:
        """Its tokens."""
        found: Sequence[int] = self._made.encode(text, add_special_tokens=False).ids
        return found


def is_path(name: str) -> bool:
    """Whether a name is meant as a path: it begins like one (`./`) or ends with `.json`."""
    return name.startswith(_STARTS) or name.endswith(".json")


def load(name: str) -> Tokenizer:
    """The tokenizer in a file or in the folder of a model. Raises `UsageError` when there is none that can be read."""
    path = _file_of(name)
    if problem := _PACKAGE.problem():
        raise UsageError(f"{name} {problem}.")
    if path.stat().st_size > MOST_BYTES:
        raise UsageError(f"{path} is too large to be a tokenizer.")
    try:
        return FileTokenizer(name, path.read_text("utf-8"))
    except Exception as error:
        raise UsageError(f"{path} is not a tokenizer that can be read: {error}.") from error


def _file_of(name: str) -> Path:
    path = Path(name).expanduser()
    if path.is_dir():
        path /= FILE
    if not path.is_file():
        raise UsageError(f"{name}: no such file. Name a {FILE}, or a folder with one.")
    return path
