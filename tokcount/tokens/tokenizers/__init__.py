"""Tokenizers other than OpenAI's encodings, by name: those of other vendors, files of the user, and other packages'.

- Other vendors' tokenizers are in the table `tokcount.tokens.tokenizers.table`; each needs a package that has its
  vocabulary. Nothing is downloaded.
- A name that is a path (`./Qwen3-8B`, `model/tokenizer.json`) is a tokenizer in the format of Hugging Face.
- A package adds a tokenizer with an entry point of the group `tokcount.tokenizers`, whose name is the name to use
  wherever an encoding can be named (`count -e acme`, `--to acme`) and whose value is a class or function that makes the
  tokenizer without arguments; see docs/extend/tokenizer.md.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from tokcount.errors import UsageError
from tokcount.tokens.tokenizer import CutRules, Tokenizer

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from tokcount.tokens.tokenizers.entry import VendorTokenizer

GROUP: Final = "tokcount.tokenizers"


def is_known(name: str) -> bool:
    """Whether `name` is in the table, a path, or an installed tokenizer; it may still be impossible to load."""
    return name in vendors() or _is_path(name) or name in installed()


def names() -> list[str]:
    """The names in the table and those of installed tokenizers."""
    return [*vendors(), *installed()]


def problem(name: str) -> str | None:
    """Why a tokenizer of the table cannot be used here: one line with what to install. Loads nothing."""
    return vendors()[name].problem() if name in vendors() else None


@cache
def vendors() -> dict[str, VendorTokenizer]:
    """Name → tokenizer of the table."""
    from tokcount.tokens.tokenizers.table import TOKENIZERS

    return TOKENIZERS


@cache
def installed() -> dict[str, EntryPoint]:
    """Name → entry point of the tokenizers of other packages."""
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=GROUP)}


@cache
def load(name: str) -> Tokenizer:
    """The tokenizer called `name`. Raises `UsageError` when its package is missing or it cannot be used."""
    if name in vendors():
        return vendors()[name].load()
    return _from_file(name) if _is_path(name) else _from_package(name)


def cuts_of(name: str) -> CutRules | None:
    """The cut rules of a tokenizer. Loads it unless it is in the table."""
    return vendors()[name].cuts if name in vendors() else getattr(load(name), "cuts", None)


def _is_path(name: str) -> bool:
    from tokcount.tokens.tokenizers.files import is_path

    return is_path(name)


def _from_file(name: str) -> Tokenizer:
    from tokcount.tokens.tokenizers.files import load as load_file

    return load_file(name)


def _from_package(name: str) -> Tokenizer:
    entry = installed()[name]
    package = entry.dist.name if entry.dist else entry.value
    try:
        made = entry.load()()
    except Exception as error:
        raise UsageError(f"tokenizer {name} of {package} fails: {type(error).__name__}: {error}.") from error
    missing = [member for member in ("count", "encode") if not callable(getattr(made, member, None))]
    if missing:
        raise UsageError(f"tokenizer {name} of {package} has no {' and no '.join(missing)}().")
    tokenizer: Tokenizer = made
    return tokenizer
