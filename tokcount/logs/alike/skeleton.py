"""The skeleton of a value: its objects and lists, and where everything else is in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias

from tokcount.logs.scalars import Json

Key: TypeAlias = "str | int"
Path: TypeAlias = "tuple[Key, ...]"
Parts: TypeAlias = list[Any]
"""What a value consists of, in the order of its skeleton: first all leaves, then all objects and lists."""

MOST_LEAVES: Final = 64
"""Leaves of the largest values that have a skeleton."""


class Step(NamedTuple):
    """An object or a list inside the value: which of the ones before it holds it, and its keys or its length."""

    holder: int
    key: Key
    size: tuple[str, ...] | int


class Skeleton:
    """Takes values with the same keys in the same order apart.

    A list is a leaf if it has no objects in it, and if it holds the messages of a chat, however many.
    """

    def __init__(self, value: Json) -> None:
        self._steps: list[Step] = []
        self.paths: list[Path] = []
        """The path of each leaf."""
        getters: list[Callable[[Any], tuple[Any, ...]]] = []
        waiting: list[tuple[Any, Path]] = [(value, ())]
        for number, (holder, path) in enumerate(waiting):
            inner = [(key, item) for key, item in _items(holder) if not _is_leaf(item)]
            leaves = [key for key, item in _items(holder) if _is_leaf(item)]
            self._steps += [Step(number, key, _size(item)) for key, item in inner]
            waiting += [(item, (*path, key)) for key, item in inner]
            self.paths += [(*path, key) for key in leaves]
            getters.append(getter(leaves))
        self._of_value = getters[0]
        self._walk = list(zip(self._steps, getters[1:], strict=True))

    def parts(self, value: Json) -> Parts | None:
        """The parts of a value whose own keys are those of this skeleton; `None`: it has another skeleton."""
        holders: list[Any] = [value]
        parts = [*self._of_value(value)]
        for (holder, key, size), leaves in self._walk:
            item = holders[holder][key]
            kind = type(item)
            if kind is dict:
                if tuple(item) != size:
                    return None
            elif kind is not list or len(item) != size:
                return None
            holders.append(item)
            parts += leaves(item)
        return parts + holders


def _items(holder: Any) -> Iterator[tuple[Key, Any]]:
    return iter(holder.items()) if isinstance(holder, dict) else enumerate(holder)


def _is_leaf(item: Any) -> bool:
    if isinstance(item, list):
        return are_plain_messages(item) or not any(isinstance(each, dict | list) for each in item)
    return not isinstance(item, dict)


def are_plain_messages(messages: list[Any]) -> bool:
    """Are these messages with a role and a text, of which the last is to be answered?"""
    for message in messages:
        if type(message) is not dict or len(message) != 2 or type(message.get("content")) is not str:
            return False
        if type(message.get("role")) is not str:
            return False
    return bool(messages) and messages[-1]["role"] != "assistant"


def _size(item: Any) -> tuple[str, ...] | int:
    return tuple(item) if isinstance(item, dict) else len(item)


def getter(keys: Sequence[Key]) -> Callable[[Any], tuple[Any, ...]]:
    """Gets the items at the keys of an object or a list, as a tuple however many they are."""
    if not keys:
        return lambda _: ()
    if len(keys) == 1:
        (key,) = keys
        return lambda holder: (holder[key],)
    return itemgetter(*keys)
