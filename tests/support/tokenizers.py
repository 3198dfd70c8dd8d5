"""A package with tokenizers, installed for the time of a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tokcount.tokens import tokenizers

MODULE = '''
from tokcount.tokens.tokenizer import CutRules


class Words:
    """Every word and every line end is a token."""

    name = "acme"

    def count(self, text):
        return len(self.encode(text))

    def encode(self, text):
        text.encode()
        return [hash(word) % 1000 for word in text.replace("\\n", " n ").split(" ") if word]


class Sevens:
    """Every seven characters are a token, so no text may be cut."""

    name = "sevens"

    def count(self, text):
        return -(-len(text) // 7)

    def encode(self, text):
        return list(range(self.count(text)))


class Cuttable(Words):
    name = "cuttable"
    cuts = CutRules()


class Empty:
    name = "empty"


def broken():
    raise RuntimeError("no model file")
'''
NAMES = {"acme": "Words", "sevens": "Sevens", "cuttable": "Cuttable", "empty": "Empty", "broken": "broken"}


def install(folder: Path) -> None:
    """Writes the package into a folder that is, or will be, on the path."""
    (folder / "acme_tokens.py").write_text(MODULE, encoding="utf-8")
    info = folder / "acme_tokens-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: acme-tokens\nVersion: 1.0\n", encoding="utf-8"
    )
    lines = "".join(f"{name} = acme_tokens:{value}\n" for name, value in NAMES.items())
    (info / "entry_points.txt").write_text(f"[{tokenizers.GROUP}]\n{lines}", encoding="utf-8")


@contextmanager
def installed(folder: Path) -> Iterator[None]:
    """The package on the path of this process."""
    install(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        _forget()
        yield
    _forget()


def _forget() -> None:
    tokenizers.installed.cache_clear()
    tokenizers.load.cache_clear()
