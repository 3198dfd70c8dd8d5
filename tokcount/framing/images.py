"""Tokens of media parts: images by tiles or patches; audio and files with a range, but not counted.

The rules per model are in `[[images]]` of the family files. Tiles and patches are described in OpenAI's guide "Images
and vision"; the `source` of a rule names what recorded calls add to it.
"""

from __future__ import annotations

import base64
import binascii
import struct
from math import ceil, floor, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

from tokcount.framing.features import IMAGE, LOW_DETAIL
from tokcount.framing.layout import UNDATED
from tokcount.framing.media_ranges import AUDIO_FRAME, audio_range, file_range, image_range
from tokcount.framing.periods import seconds

if TYPE_CHECKING:
    from tokcount.framing.family import Family, ImageRule
    from tokcount.framing.layout import Basis, LayoutBuilder, Range


HEAD = 65_536
"""Bytes of a file that are examined: JPEG files may have long metadata before their size."""

Size = tuple[int, int]

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers of a start of frame, which holds the size."""
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def size_of_data_url(url: str) -> Size | None:
    """Width and height of `data:image/…;base64,…`, or of bare base64; `None`: not a known image format."""
    start = url.find(",", 0, 200) + 1 if url.startswith("data:") else 0
    text = url[start : start + HEAD // 3 * 4]
    try:
        head = base64.b64decode(text[: len(text) // 4 * 4])
    except (binascii.Error, ValueError):
        return None
    return size_of_bytes(head)


def size_of_bytes(head: bytes) -> Size | None:
    """Width and height of a PNG, JPEG, GIF or WebP file, from its header.

    >>> size_of_bytes(b"GIF89a" + bytes([3, 0, 2, 0]))
    (3, 2)
    """
    try:
        size = _size(head)
    except struct.error:
        return None
    return size if size and min(size) > 0 else None


def _size(head: bytes) -> Size | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        width, height = struct.unpack_from(">II", head, 16)
        return width, height
    if head[:6] in (b"GIF87a", b"GIF89a"):
        width, height = struct.unpack_from("<HH", head, 6)
        return width, height
    if head.startswith(b"\xff\xd8"):
        return _jpeg(head)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _webp(head)
    return None


def _jpeg(head: bytes) -> Size | None:
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", head, at + 5)
            return width, height
        at += 2 if marker in _STANDALONE else 2 + struct.unpack_from(">H", head, at + 2)[0]
    return None


def _webp(head: bytes) -> Size | None:
    """The three kinds: lossy, lossless (14 bits each), extended (24 bits each, minus one)."""
    kind = head[12:16]
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", head, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        low_w, high_w, low_h, high_h = struct.unpack_from("<HBHB", head, 24)
        return (low_w | high_w << 16) + 1, (low_h | high_h << 16) + 1
    return None


UNKNOWN_SIZE = "an image of unknown size is not counted"
UNKNOWN_MODEL = "an image on a model without a known rule"

_IMAGES = frozenset({"image_url", "input_image", "image"})
_AUDIO = frozenset({"input_audio", "audio"})
_TILE, _PATCH = 512, 32
_FIT, _SHORT_SIDE, _LOW_SIDE = 2048, 768, 512


class MediaTokens(NamedTuple):
    """What is counted of a media part, its feature or why it is partial, and the range of what is not counted."""

    tokens: int
    basis: Basis
    reason: str
    beyond: Range | None = None
    undated: bool = False
    """The rule changed over time, and the time of the request is not known."""


def media_tokens(
    part: dict[str, Any], family: Family, model: str, timestamp: float | None = None
) -> MediaTokens:
    """Tokens of one media part of a message; `exact` with its feature, or `partial` with the reason.

    Sizes are read from `data:` URLs. An image whose size is not in the log counts 0, like files and the sound of
    audio, and the count is `partial`: the minimum that it can cost (one tile or one patch) differs a hundredfold
    between models and would look like drift. `timestamp` (seconds since 1970, UTC) is the time of the request; without
    it the latest rule applies. Never raises for decoded JSON.
    """
    kind = str(part.get("type"))
    if kind in _AUDIO:
        return MediaTokens(AUDIO_FRAME, "partial", "audio is not counted", audio_range(part))
    if kind not in _IMAGES:
        return MediaTokens(0, "partial", "files are not counted", file_range(part))
    rule = family.image_rule(model, timestamp)
    if rule is None:
        return MediaTokens(0, "partial", UNKNOWN_MODEL)
    url, detail = _url_and_detail(part)
    size = size_of_data_url(url) if url and not url.startswith(("http:", "https:")) else None
    if detail == "low" and (size is not None or rule.rule == "tiles"):
        return MediaTokens(_low(rule, size, timestamp), "exact", LOW_DETAIL)
    if size is None:
        return MediaTokens(0, "partial", UNKNOWN_SIZE, image_range(rule))
    undated = timestamp is None and bool(rule.base_until)
    return MediaTokens(image_tokens(rule, size, timestamp), "exact", IMAGE, undated=undated)


def add_media(
    builder: LayoutBuilder,
    media: list[dict[str, Any]],
    family: Family,
    model: str,
    timestamp: float | None = None,
) -> None:
    """Adds media parts to a layout, with the reasons why their tokens are not exact."""
    for part in media:
        found = media_tokens(part, family, model, timestamp)
        builder.constant += found.tokens
        if found.basis == "partial":
            builder.mark_partial(found.reason, found.beyond)
        else:
            builder.uses(found.reason)
        if found.undated:
            builder.mark_estimated(UNDATED)


def _url_and_detail(part: dict[str, Any]) -> tuple[str | None, Any]:
    """Chat nests both under `image_url`, Responses does not."""
    url: Any = part.get("image_url")
    detail: Any = part.get("detail")
    if isinstance(url, dict):
        url, detail = url.get("url"), url.get("detail", detail)
    return (url if isinstance(url, str) else None), detail


def image_tokens(rule: ImageRule, size: Size, timestamp: float | None = None) -> int:
    """Tokens of an image of `size` pixels in high detail, the default.

    >>> from tokcount.framing.families import FAMILIES
    >>> image_tokens(FAMILIES["chat"].image_rule("gpt-4o"), (640, 480))
    425
    """
    if rule.rule == "tiles":
        return rule.base + round(rule.unit) * _tiles(size)
    over = rule.base_until and (timestamp is None or timestamp >= seconds(rule.base_until))
    return (0 if over else rule.base) + ceil(rule.unit * _patches(size, rule.cap))


def _low(rule: ImageRule, size: Size | None, timestamp: float | None) -> int:
    """Low detail: the base alone, or the patches of a version that fits into 512 pixels."""
    if rule.rule == "tiles":
        return rule.base
    width, height = size or (1, 1)
    scale = min(1.0, _LOW_SIDE / max(width, height))
    return image_tokens(rule, (max(1, round(width * scale)), max(1, round(height * scale))), timestamp)


def _tiles(size: Size) -> int:
    """Squares of 512 pixels after scaling down to fit 2048×2048, then the shorter side to 768; never enlarged."""
    width, height = size
    scale = min(1.0, _FIT / max(width, height))
    scale *= min(1.0, _SHORT_SIDE / (min(width, height) * scale))
    return ceil(_near(width * scale) / _TILE) * ceil(_near(height * scale) / _TILE)


def _patches(size: Size, cap: int) -> int:
    """Squares of 32 pixels; an image with more than `cap` is scaled down until whole patches fit."""
    width, height = size
    patches = ceil(width / _PATCH) * ceil(height / _PATCH)
    if patches <= cap:
        return patches
    scale = sqrt(_PATCH * _PATCH * cap / (width * height))
    columns, rows = width * scale / _PATCH, height * scale / _PATCH
    shrink = min(max(1, floor(columns)) / columns, max(1, floor(rows)) / rows)
    return min(cap, ceil(_near(columns * shrink)) * ceil(_near(rows * shrink)))


def _near(length: float) -> float:
    """A length without the rounding error that would add a tile or a patch."""
    return round(length, 6)
