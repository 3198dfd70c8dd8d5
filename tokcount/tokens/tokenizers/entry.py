"""What is known of one vendor's tokenizer, and how it is loaded and checked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Final

import msgspec

from tokcount.errors import UsageError
from tokcount.tokens.tokenizer import CutRules, Tokenizer

PROBES: Final = (
    "2 + 2 = 4",
    "The quick brown fox's DON'T, we'LL see…",
    "\n\n    def f(x):\n\t\treturn x  \n",
    "請寫一首關於秋天的詩：",
    "Ελληνικά, Русский язык, العربية, हिन्दी, ไทย",
    "<|endoftext|><|im_start|><bos></s>[INST]",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 e\u0301 \xa0\u3000x",
    "1234567890 3.14159 0xDEADBEEF",
    "<think>\n<table><td>a</td></table>\n</think>\n\n  <tool_call>",
    "camelCaseHTTPServer_snake //path\r\n\r\n/x\x00",
)
"""Texts that every tokenizer of the table is tried on before it is used."""


class Package(msgspec.Struct, frozen=True):
    """A package that has vocabularies, and the extra of tokcount that installs it."""

    name: str
    module: str
    extra: str
    python: tuple[int, int] = (3, 11)
    """The oldest Python that it can be installed for."""

    def problem(self) -> str | None:
        """What to install; `None` when it is there."""
        return None if find_spec(self.module) else f"needs {self.name}: {self.remedy()}"

    def remedy(self) -> str:
        """What to do when it is missing."""
        needed = f"Python {self.python[0]}.{self.python[1]} and " if sys.version_info < self.python else ""
        return f"install {needed}tokcount[{self.extra}]"


class VendorTokenizer(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table."""

    name: str
    vendor: str
    models: str
    """The models that use it, in words."""
    package: Package
    make: Callable[[VendorTokenizer], Tokenizer]
    argument: str
    """What the package calls it."""
    added: str = ""
    """A regular expression: texts that are one token wherever they stand, because the vendor's file adds them to its
    vocabulary without calling them special. Special tokens are ordinary text."""
    nfc: bool = False
    """Whether texts are brought into Unicode's form NFC before."""
    cuts: CutRules | None = None
    probes: Sequence[int]
    """The tokens of each of the `PROBES`."""
    licence: str
    """Of the vocabulary."""
    source: str
    """Where the vendor publishes it."""
    compared: str
    """The vendor's file or library that tools/check_tokenizers.py compared counts with; empty: none was found."""

    def problem(self) -> str | None:
        """Why it cannot be used here, in one line; `None` when its package is installed."""
        reason = self.package.problem()
        return f"tokenizer {self.name} {reason}" if reason else None

    def load(self) -> Tokenizer:
        """The tokenizer. `UsageError` when its package is missing, fails, or counts other than expected."""
        if problem := self.problem():
            raise UsageError(f"{problem}.")
        try:
            made = self.make(self)
            wrong = sum(made.count(text) != tokens for text, tokens in zip(PROBES, self.probes, strict=True))
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise UsageError(f"tokenizer {self.name} of {self.package.name} fails: {reason}.") from error
        if wrong:
            reason = f"counts {wrong} of {len(PROBES)} texts other than expected"
            raise UsageError(
                f"tokenizer {self.name} of {self.package.name} {reason}: install tokcount[{self.package.extra}]."
            )
        return made
