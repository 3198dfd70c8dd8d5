"""OpenAI's encodings: everything that is known of each, but for its vocabulary, which is a file in `vocabularies/`.

Patterns, special tokens and hashes are those of `tiktoken_ext.openai_public`; the tests compare them.
"""

from __future__ import annotations

from typing import Final

import msgspec

from tokcount.tokens.tokenizer import CutRules


class Splintr(msgspec.Struct, frozen=True):
    """How the engine splintr makes an encoding."""

    pattern: str
    """Its name for the pattern; with tiktoken's own pattern it would be slower than tiktoken."""
    bundled: bool = False
    """Whether it has the vocabulary itself, which loads faster."""
    misread: str = ""
    """A character in whose presence it counts differently from tiktoken."""


class OpenAIEncoding(msgspec.Struct, frozen=True, kw_only=True):
    """One encoding."""

    name: str
    pattern: str
    """Splits a text before it is encoded match by match; a regular expression of tiktoken."""
    special_tokens: dict[str, int]
    sha256: str
    """Of the vocabulary file that tiktoken downloads."""
    same_as: str = ""
    """The encoding with the same pattern and ranks, which differs only in special tokens: ordinary text has the same
    tokens under both."""
    vocabulary: str
    """The packed file, without `.bin`."""
    size: int | None = None
    """Ranks of the file that belong to the encoding; `None`: all."""
    cuts: CutRules
    splintr: Splintr


_GPT2: Final = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""
_CL100K: Final = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]"
    r"|\s+(?!\S)|\s"
)
_O200K: Final = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_FIM: Final = ("<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>")
_O200K_SPECIAL: Final = {"<|endoftext|>": 199_999, "<|endofprompt|>": 200_018}
_HARMONY: Final = {
    "<|startoftext|>": 199_998,
    "<|return|>": 200_002,
    "<|constrain|>": 200_003,
    "<|channel|>": 200_005,
    "<|start|>": 200_006,
    "<|end|>": 200_007,
    "<|message|>": 200_008,
    "<|call|>": 200_012,
}
_HARMONY_RESERVED: Final = (200_000, 200_001, 200_004, 200_009, 200_010, 200_011, *range(200_013, 201_088))

_R50K_BASE = OpenAIEncoding(
    name="r50k_base",
    pattern=_GPT2,
    special_tokens={"<|endoftext|>": 50_256},
    sha256="306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930",
    vocabulary="p50k_base",
    size=50_256,  # p50k_base adds runs of spaces after these
    cuts=CutRules(line_ends_first=False),
    splintr=Splintr("GPT2_PATTERN"),
)
_P50K_BASE = OpenAIEncoding(
    name="p50k_base",
    pattern=_GPT2,
    special_tokens={"<|endoftext|>": 50_256},
    sha256="94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069",
    vocabulary="p50k_base",
    cuts=CutRules(line_ends_first=False),
    splintr=Splintr("GPT2_PATTERN"),
)
_CL100K_BASE = OpenAIEncoding(
    name="cl100k_base",
    pattern=_CL100K,
    special_tokens={
        "<|endoftext|>": 100_257,
        **{token: 100_258 + place for place, token in enumerate(_FIM)},
        "<|endofprompt|>": 100_276,
    },
    sha256="223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    vocabulary="cl100k_base",
    cuts=CutRules(whole_run_at_end=True),
    splintr=Splintr("CL100K_BASE_PATTERN", bundled=True),
)
_O200K_BASE = OpenAIEncoding(
    name="o200k_base",
    pattern=_O200K,
    special_tokens=_O200K_SPECIAL,
    sha256="446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    vocabulary="o200k_base",
    cuts=CutRules(slash_after_line_end=True),
    splintr=Splintr("O200K_BASE_PATTERN", bundled=True, misread="\u017f"),
)

OPENAI: Final[dict[str, OpenAIEncoding]] = {
    encoding.name: encoding
    for encoding in (
        _R50K_BASE,
        _P50K_BASE,
        msgspec.structs.replace(
            _P50K_BASE,
            name="p50k_edit",
            same_as="p50k_base",
            special_tokens={
                "<|endoftext|>": 50_256,
                **{token: 50_281 + place for place, token in enumerate(_FIM)},
            },
        ),
        _CL100K_BASE,
        _O200K_BASE,
        msgspec.structs.replace(
            _O200K_BASE,
            name="o200k_harmony",
            same_as="o200k_base",
            special_tokens=_O200K_SPECIAL
            | _HARMONY
            | {f"<|reserved_{rank}|>": rank for rank in _HARMONY_RESERVED},
        ),
    )
}
"""Name → encoding, oldest first."""

PROBED: Final = ("r50k_base", "p50k_base", "cl100k_base", "o200k_base")
PROBES: Final[tuple[tuple[str, tuple[int, int, int, int]], ...]] = (
    ("2 + 2 = 4", (5, 5, 7, 7)),
    ("The quick brown fox's DON'T, we'LL see…", (14, 14, 13, 12)),
    ("\n\n    def f(x):\n\t\treturn x  \n", (17, 14, 10, 10)),
    ("請寫一首關於秋天的詩：", (24, 24, 18, 12)),
    ("Ελληνικά, Русский язык, العربية, हिन्दी, ไทย", (55, 55, 36, 13)),
    ("<|endoftext|><|im_start|>", (13, 13, 12, 12)),
    ("\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 e\u0301 \xa0\u3000x", (21, 21, 23, 16)),
    ("1234567890 3.14159 0xDEADBEEF", (15, 15, 15, 15)),
    ("camelCaseHTTPServer_snake //path\r\n\r\n/x", (17, 17, 10, 10)),
    ("lone \ud800 surrogate", (4, 4, 4, 4)),
    ("aGVsbG8gd29ybGQ9PQ==", (16, 16, 14, 13)),
    ("ǅenan ʰa ²x Ⅷ 𐐀", (19, 19, 18, 18)),
    ("   \t \n   ", (9, 5, 3, 3)),
)
"""Texts, and the tokens that tiktoken finds in each under the encodings `PROBED`; an engine must count the same."""
