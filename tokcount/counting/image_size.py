"""Width and height of an image from the first bytes of its file; nothing is decoded."""

from __future__ import annotations

import base64
import binascii
import struct

HEAD = 65_536
"""Bytes of a file that are looked at: JPEG files may carry long metadata before their size."""

Size = tuple[int, int]

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers of a start of frame, which holds the size."""
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def size_of_data_url(url: str) -> Size | None:
    """Pixels of ``data:image/…;base64,…``, or of bare base64; ``None``: not an image that is known."""
    start = url.find(",", 0, 200) + 1 if url.startswith("data:") else 0
    text = url[start : start + HEAD // 3 * 4]
    try:
        head = base64.b64decode(text[: len(text) // 4 * 4])
    except (binascii.Error, ValueError):
        return None
    return size_of_bytes(head)


def size_of_bytes(head: bytes) -> Size | None:
    """Pixels of a PNG, JPEG, GIF or WebP file by its header.

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
