"""Token ids of one encoding in another one: prompts given as tokens, and `logit_bias`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from tokcount.tokens import encodings

if TYPE_CHECKING:
    import tiktoken

LARGEST_BIAS: Final = 100
UNKNOWN_ENCODING: Final = "the encoding of its token ids is not known; --assume-model names one"
SPECIAL_TEXT: Final = "a special token becomes ordinary text"


class Decoded(msgspec.Struct, frozen=True):
    """The text of token ids, or the `reason` why they are none; `special`: it holds a special token's text."""

    text: str = ""
    reason: str = ""
    special: bool = False


def decode(ids: list[int], encoding: str | None) -> Decoded:
    """The text behind a prompt of token ids. Never guesses: ids that are no whole text have a reason instead."""
    if encoding is None:
        return Decoded(reason=UNKNOWN_ENCODING)
    vocabulary = encodings.get(encoding)
    try:
        data = b"".join(map(vocabulary.decode_single_token_bytes, ids))
    except (KeyError, OverflowError):
        return Decoded(reason=f"token ids that {encoding} does not have")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return Decoded(reason="token ids that end inside a character")
    return Decoded(text, special=any(_is_special(vocabulary, token) for token in set(ids)))


def map_biases(biases: dict[Any, Any], source: str | None, target: str) -> tuple[dict[str, int], list[str]]:
    """`logit_bias` under another encoding: token id → bias, and the reasons why entries are not in it."""
    if source not in encodings.NAMES:
        return {}, [UNKNOWN_ENCODING]
    old, new = encodings.get(source), encodings.get(target)
    carried: dict[str, int] = {}
    reasons: dict[str, None] = {}
    for key, bias in biases.items():
        token = (
            _same_token(key, old, new)
            if _is_bias(bias)
            else "an entry whose bias is not an integer from -100 to 100"
        )
        if isinstance(token, int):
            carried[str(token)] = int(bias)
        else:
            reasons[token] = None
    return carried, list(reasons)


def _same_token(key: Any, old: tiktoken.Encoding, new: tiktoken.Encoding) -> int | str:
    """The id of the same bytes under `new`, or why there is none."""
    try:
        token = int(key)
        data = old.decode_single_token_bytes(token)
    except (ValueError, TypeError, KeyError, OverflowError):
        return f"an entry that is not a token id of {old.name}"
    if _is_special(old, token):
        return "an entry for a special token"
    try:
        return new.encode_single_token(data)
    except KeyError:
        return f"an entry whose token is not a single token of {new.name}"


def _is_special(vocabulary: tiktoken.Encoding, token: int) -> bool:
    name = vocabulary.decode_single_token_bytes(token).decode("utf-8", "replace")
    return name in vocabulary.special_tokens_set and vocabulary.encode_single_token(name) == token


def _is_bias(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and value == value // 1 and abs(value) <= LARGEST_BIAS
