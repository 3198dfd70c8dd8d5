"""How many tokens media may have that cannot be counted: images of unknown size, audio, files.

The ranges come from recorded calls and from the rules of images; docs/framing.md has them.
"""

from __future__ import annotations

import base64
import binascii
import struct
from math import ceil, floor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tokcount.framing.family import ImageRule
    from tokcount.framing.layout import Range

AUDIO_FRAME = 4
"""Around one audio part; 20 of 20 recorded calls."""
_PER_SECOND = 10
_MP3_PER_TOKEN = (4_000, 800)
"""Bytes for each token at 320 and at 64 kilobits a second."""
_WAV_HEAD = 44
_MOST_TILES = 8
"""Of 512 pixels, after scaling down to 2048 × 768."""
_PAGE = 216
"""The picture of a PDF page in Chat Completions; newer models billed up to about 1,030."""
_MOST_PAGE, _MOST_AROUND = 1_100, 25
_LEAST_AROUND = 4
_BYTES_PER_TOKEN = 2


def image_range(rule: ImageRule) -> Range:
    """From the smallest image to the largest that is not scaled down."""
    if rule.rule == "tiles":
        return rule.base + round(rule.unit), rule.base + round(rule.unit) * _MOST_TILES
    return ceil(rule.unit), rule.base + ceil(rule.unit * rule.cap)


def audio_range(part: dict[str, Any]) -> Range | None:
    """Audio costs ten tokens a second: by the header of a WAV file, by the usual bit rates for others."""
    audio = part.get("input_audio")
    data = audio.get("data") if isinstance(audio, dict) else None
    if not isinstance(data, str) or not data:
        return None
    size = len(data) * 3 // 4
    rate = _wav_rate(data)
    if rate:
        tokens = max(0, size - _WAV_HEAD) / rate * _PER_SECOND
        return max(0, floor(tokens) - 1), ceil(tokens) + 1
    slowest, fastest = _MP3_PER_TOKEN
    return size // slowest, ceil(size / fastest)


def _wav_rate(data: str) -> int:
    """Bytes a second; 0 for anything but a WAV file."""
    try:
        head = base64.b64decode(data[:60])
        is_wav = head[:4] == b"RIFF" and head[8:16] == b"WAVEfmt "
        return int(struct.unpack_from("<I", head, 28)[0]) if is_wav else 0
    except (binascii.Error, ValueError, struct.error):
        return 0


def file_range(part: dict[str, Any]) -> Range | None:
    """The text of a file and, in Chat Completions, a picture of each page, from its length."""
    nested = part.get("file")
    data = (nested if isinstance(nested, dict) else part).get("file_data")
    if not isinstance(data, str) or not data.startswith("data:"):
        return None
    text = len(data) * 3 // 4 // _BYTES_PER_TOKEN
    if part.get("type") == "file":
        return _PAGE, _MOST_PAGE + text
    return _LEAST_AROUND, _MOST_AROUND + text
