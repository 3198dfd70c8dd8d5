"""The tokens of texts under several encodings, each distinct text counted once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tokcount.tokens import encodings as known
from tokcount.tokens.engines.base import Engine
from tokcount.tokens.engines.choose import choose
from tokcount.tokens.memo import Memo
from tokcount.tokens.packing import FIELD, MASK, Counted, PackedCounts, Packer, unpack
from tokcount.tokens.pieces import Pieces, Whole, is_cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tokcount.tokens.text_parts import ClassPacker

CACHE_BYTES = 24_000_000


class _Texts(NamedTuple):
    """Texts under some encodings: what counts them, by pieces too, and the counts of recent ones."""

    pack: Packer | ClassPacker
    pieces: Pieces | Whole
    memo: Memo


class TextCounter:
    """Counts texts under `encodings`, with a cache of recent texts of about `cache_bytes`.

    With `classes`, tokens are also counted by text class, which takes longer; see `by_class`. Not safe to share
    between threads. `UsageError` for an unknown encoding or engine.
    """

    def __init__(
        self,
        encodings: Sequence[str],
        engine: str | Engine = "auto",
        cache_bytes: int = CACHE_BYTES,
        *,
        classes: bool = False,
    ) -> None:
        self.encodings = tuple(encodings)
        self.engine: Engine = choose(engine) if isinstance(engine, str) else engine
        self._cache_bytes = cache_bytes
        self._packer = self._class_packer() if classes else self.engine.packer
        self._together = self._texts_under(self.encodings, cache_bytes // 2)
        self._texts = self._together.memo
        self._fields = self._together.pack.fields
        self._single: dict[str, _Texts] = {}

    @property
    def warnings(self) -> list[str]:
        """One line each, for the caller to show: why a slower engine than requested is used."""
        return self.engine.warnings

    def count(self, text: str) -> tuple[int, ...]:
        """Tokens of `text`, in the order of `encodings`."""
        return self.count_all((text,)).counts

    def count_all(self, texts: Iterable[str]) -> Counted:
        """Tokens of all `texts` together, and whether any of them is flagged."""
        return unpack(self.packed(texts), len(self.encodings), self._fields)

    def packed(self, texts: Iterable[str]) -> PackedCounts:
        """As `count_all`, without reading what is packed."""
        return PackedCounts(sum(map(self._texts.__getitem__, texts)))

    def shift(self, place: int) -> int:
        """By how many bits packed counts are shifted to have those of an encoding first; of one too many, the flags."""
        return FIELD * self._fields * place

    def tokens(self, encoding: str, text: str) -> int:
        """Tokens of `text` under one encoding, which need not be one of `encodings`.

        For texts that only one encoding needs; otherwise `count` is faster.
        """
        return self._alone(encoding).memo[text] & MASK

    def all_by_class(self, encoding: str, texts: Sequence[str]) -> list[int]:
        """The packed count of each text by class under one encoding, for `tokcount.tokens.text_parts`.

        These can be added before they are read. Of a counter with `classes` only.
        """
        width = FIELD * self._fields
        mask = (1 << width) - 1
        if encoding not in self.encodings:
            return [packed & mask for packed in map(self._alone(encoding).memo.__getitem__, texts)]
        shift = width * self.encodings.index(encoding)
        return [packed >> shift & mask for packed in map(self._texts.__getitem__, texts)]

    def all_tokens(self, encoding: str, texts: Iterable[str]) -> int:
        """Tokens of all `texts` together under one encoding: see `tokens`."""
        return sum([self.tokens(encoding, text) for text in texts])

    def by_class(self, encoding: str, text: str) -> int:
        """As `all_by_class`, for one text."""
        return self.all_by_class(encoding, (text,))[0]

    def learn(self, texts: Iterable[str], encoding: str | None = None) -> None:
        """Counts texts that will be needed next, about a megabyte at a time: under `encodings`, or under one encoding.

        Counting many at once takes less time (see `tokcount.tokens.packing.Packer.all`). While pieces of texts recur,
        which gains more, only those that are not cut are counted.
        """
        counted = self._together if encoding is None else self._alone(encoding)
        fresh = counted.memo.unknown(texts)
        if fresh and not counted.pieces.idle(fresh):
            fresh = [text for text in fresh if not is_cut(text)]
        fresh.sort(
            key=str.isascii, reverse=True
        )  # splintr takes a tenth less time for texts of one kind in a row
        if fresh:
            counted.memo.learn(fresh, counted.pack.all(fresh))

    def _class_packer(self) -> Callable[[Sequence[str]], ClassPacker]:
        from tokcount.tokens.text_parts import ClassPacker, RecentBorders

        recent = RecentBorders()
        return lambda names: ClassPacker(self.engine, names, recent)

    def _alone(self, encoding: str) -> _Texts:
        texts = self._single.get(encoding)
        if texts is None:
            share = self._cache_bytes // 4
            texts = self._single[encoding] = self._texts_under([encoding], share)
        return texts

    def _texts_under(self, encodings: Sequence[str], limit: int) -> _Texts:
        pack = self._packer(encodings)
        pieces: Pieces | Whole = Whole(pack)
        if all(map(known.cuts_of, encodings)):
            pieces = Pieces(pack, limit, self.engine.least_repeated, whole_lines=pack.fields > 1)
        return _Texts(pack, pieces, Memo(pieces, limit))
