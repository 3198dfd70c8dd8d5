"""The turns of simonw/llm's newer databases: chains of messages by hash, their parts put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.bodies import tool_call
from tokcount.logs.values import decoded_list, decoded_object, text

if TYPE_CHECKING:
    import sqlite3

    from tokcount.logs.record import Json

_KEPT_MESSAGES = 20_000
"""Messages kept for the turns that follow in the same conversation."""

_LONGEST_CHAIN = 100_000


class Turns:
    """Messages of the turns of one database, loaded as chains ask for them.

    ``flags`` are those of the turn that was asked for last.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._known: dict[str, tuple[str | None, list[Json], bool]] = {}
        self.flags: set[str] = set()

    def messages_of(self, turn: Json) -> tuple[list[Json], list[Json]]:
        """The messages that were sent, root first, and the messages of the answer."""
        self.flags = set()
        parent = text(turn.get("parent_message_hash"))
        sent = self._chain(parent, None)
        answered = self._chain(text(turn.get("tip_message_hash")), parent)
        return sent, [message for message in answered if message["role"] == "assistant"]

    def _chain(self, tip: str | None, stop: str | None) -> list[Json]:
        chain: list[list[Json]] = []
        seen: set[str] = set()
        while tip is not None and tip != stop and tip not in seen and len(seen) < _LONGEST_CHAIN:
            seen.add(tip)
            parent, messages, lossy = self._message(tip)
            if lossy:
                self.flags.add("reserialised")
            chain.append(messages)
            tip = parent
        return [message for messages in reversed(chain) for message in messages]

    def _message(self, key: str) -> tuple[str | None, list[Json], bool]:
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _KEPT_MESSAGES:
                self._known.clear()
            known = self._known[key] = self._load(key)
        return known

    def _load(self, key: str) -> tuple[str | None, list[Json], bool]:
        row = self._database.execute(
            "select parent_hash, role from messages where hash = ?", (key,)
        ).fetchone()
        if row is None:
            return None, [], False
        parts = self._database.execute(
            "select type, tool_name, text, payload from parts where message_hash = ? order by position",
            (key,),
        ).fetchall()
        flags: set[str] = set()
        return text(row[0]), self._built(text(row[1]) or "user", parts, flags), bool(flags)

    def _built(self, role: str, parts: list[tuple[Any, ...]], flags: set[str]) -> list[Json]:
        content: list[Json] = []
        calls: list[Json] = []
        results: list[Json] = []
        for kind, tool_name, written, packed in parts:
            payload = decoded_object(packed)
            if kind == "text":
                content.append({"type": "text", "text": self._text(written, payload)})
            elif kind == "tool_call":
                name = payload.get("name") or tool_name
                calls.append(tool_call(payload.get("tool_call_id"), name, payload.get("arguments"), flags))
            elif kind == "tool_result":
                results.append(_result(payload, written))
            elif kind == "attachment":
                content.append(self._attachment(payload))
        if results and not content and not calls:
            return results
        message: Json = {"role": role, "content": _plain(content)}
        if calls:
            message["tool_calls"] = calls
        return [*results, message]

    def _text(self, written: object, payload: Json) -> str:
        """The text of a part; where it borrows from fragments, the pieces of it."""
        if isinstance(written, str):
            return written
        pieces = decoded_list(payload.get("text_ref"))
        return "".join(self._piece(piece) for piece in pieces if isinstance(piece, dict))

    def _piece(self, piece: Json) -> str:
        if isinstance(piece.get("literal"), str):
            return str(piece["literal"])
        fragment = piece.get("fragment")
        if not isinstance(fragment, int | str):
            return ""
        row = self._database.execute("select content from fragments where id = ?", (fragment,)).fetchone()
        return row[0] if row and isinstance(row[0], str) else ""

    def _attachment(self, payload: Json) -> Json:
        named = decoded_object(payload.get("attachment")).get("id")
        row = self._database.execute(
            "select type, url from attachments where id = ?", (text(named) or "",)
        ).fetchone()
        kind, url = row or (None, None)
        if (text(kind) or "image/").startswith("image/"):
            return {"type": "image_url", "image_url": {"url": text(url) or ""}}
        return {"type": "file", "file": {}}


def _result(payload: Json, written: object) -> Json:
    output = payload.get("output", written)
    return {
        "role": "tool",
        "tool_call_id": text(payload.get("tool_call_id")) or "",
        "content": output if isinstance(output, str) else "",
    }


def _plain(content: list[Json]) -> Any:
    if all(part["type"] == "text" for part in content):
        return "".join(part["text"] for part in content) if content else None
    return content
