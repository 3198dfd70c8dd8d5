"""The ChatGPT data export, `conversations.json`: one tree of messages per conversation.

The record is the path from the root to `current_node`, the branch that was shown last. Messages that the
interface hides and the empty system message are omitted. The export has no usage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    CallMetadata,
    Item,
    Json,
    Location,
    LogFormat,
    body_record,
    carried,
    dig,
    skipped,
    text,
    timestamp,
    truth,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


_TEXT_FIELDS = ("text", "result", "content", "summary")
"""Where content types without `parts` (code, execution_output, tether_quote …) keep their text."""


_OTHER_PARTS = {
    frozenset({"id", "chatgpt_plus_user"}): "the account",
    frozenset({"conversation_id", "user_id", "rating"}): "feedback on an answer",
    frozenset({"conversation_id", "title", "is_anonymous"}): "a link to a shared conversation",
}
"""Keys of the values in the other files of the export: `user.json`, `message_feedback.json`,
`shared_conversations.json`."""


class Export(LogFormat):
    """`chatgpt.export`: one conversation of the export."""

    name = "chatgpt.export"
    keys = (
        frozenset({"mapping", "current_node"}),
        frozenset({"mapping", "conversation_id"}),
        *_OTHER_PARTS,
        frozenset({"chats"}),
    )

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if "mapping" not in value:
            if value == {"chats": []}:
                return [skipped(at, "empty", "no group chats in ChatGPT's export", self.name)]
            parts = [part for keys, part in _OTHER_PARTS.items() if keys <= value.keys()]
            return [
                skipped(at, "not_llm", f"{part} in ChatGPT's export", self.name) for part in parts
            ] or None
        if not isinstance(value.get("mapping"), dict):
            return None
        path = _path(value["mapping"], value.get("current_node"))
        messages = [built for message in path if (built := _message(message)) is not None]
        models = [slug for message in path if (slug := text(dig(message, "metadata.model_slug")))]
        metadata = CallMetadata(
            id=text(value.get("conversation_id")) or text(value.get("id")),
            model=models[-1] if models else text(value.get("default_model_slug")),
            timestamp=timestamp(value.get("create_time")),
            conversation=True,
        )
        return [body_record(at, self.name, kind="chat", request={"messages": messages}, metadata=metadata)]


def _path(mapping: Json, leaf: object) -> list[Json]:
    """The messages from the root to the leaf; without a known leaf, to the end of the newest branch."""
    node = leaf if _is_known(leaf, mapping) else _newest_leaf(mapping)
    path: list[Json] = []
    seen: set[str] = set()
    while isinstance(node, str) and node not in seen:
        seen.add(node)
        entry = mapping.get(node)
        if not isinstance(entry, dict):
            break
        if isinstance(entry.get("message"), dict):
            path.append(entry["message"])
        node = entry.get("parent")
    return path[::-1]


def _is_known(name: object, mapping: Json) -> bool:
    return isinstance(name, str) and name in mapping


def _newest_leaf(mapping: Json) -> str | None:
    roots = [name for name, entry in mapping.items() if not _is_known(dig(entry, "parent"), mapping)]
    node: Any = roots[0] if roots else next(iter(mapping), None)
    seen: set[str] = set()
    while isinstance(node, str) and node not in seen:
        seen.add(node)
        children = dig(mapping.get(node), "children")
        if not isinstance(children, list) or not children:
            return node
        node = children[-1]
    return node if isinstance(node, str) else None


def _message(message: Json) -> Json | None:
    if truth(dig(message, "metadata.is_visually_hidden_from_conversation")):
        return None
    role = text(dig(message, "author.role")) or "user"
    content = _content(message.get("content"))
    if role == "system" and not content:
        return None
    built: Json = {"role": role, "content": content}
    if role == "tool" and text(dig(message, "author.name")):
        built["name"] = message["author"]["name"]
    return built


def _content(content: object) -> Any:
    """Text, or parts when there is an image among it."""
    if not isinstance(content, dict):
        return content if isinstance(content, str) else None
    parts = content.get("parts")
    if not isinstance(parts, list):
        found = next((content[name] for name in _TEXT_FIELDS if isinstance(content.get(name), str)), None)
        return (
            carried(content, ("content_type", "language", "response_format_name")) or None
            if found is None
            else found
        )
    built = [_part(part) for part in parts if isinstance(part, str | dict)]
    if all(part["type"] == "text" for part in built):
        return "".join(part["text"] for part in built)
    return built


def _part(part: str | Json) -> Json:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if part.get("content_type") == "image_asset_pointer":
        return {"type": "image_url", "image_url": {"url": text(part.get("asset_pointer")) or ""}}
    if isinstance(part.get("text"), str):
        return {"type": "text", "text": part["text"]}
    kind = "input_audio" if "audio" in (text(part.get("content_type")) or "") else "file"
    return {"type": kind, kind: {}}
