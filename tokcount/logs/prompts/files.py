"""The text of a file that may be a prompt → its fields, as `tokcount.logs.formats.prompts` reads them."""

from __future__ import annotations

import json
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from tokcount.logs.adapt.yaml_text import Document
from tokcount.logs.bytes import text_encoding
from tokcount.logs.containers.sniff import look
from tokcount.logs.format import PromptFile
from tokcount.logs.options import HEAD_BYTES
from tokcount.logs.paths.neighbours import Neighbours
from tokcount.logs.prompts.names import TEMPLATES, Kind, is_certain, is_of_project, kind_of
from tokcount.logs.record import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tokcount.logs.bytes.stream import Stream
    from tokcount.logs.containers.json_lines import Found
    from tokcount.logs.format import Item
    from tokcount.logs.options import ReadOptions
    from tokcount.logs.record import SkipReason
    from tokcount.logs.source import Source

LARGEST: Final = 1 << 24
"""Bytes of a prompt file; one that is larger is read as a log."""

_OF_LOGS: Final = frozenset({"prompt.messages", "prompt.fields", "prompt.github_models"})
"""Formats whose fields logs have as well: of a file as JSON, they want its name to say that it is a prompt."""
_NO_TEXT: Final = frozenset({"empty", "binary", "flows"})
NEEDS_YAML: Final = "YAML needs the extra: pip install 'tokcount[prompts]'"
_FRONT_MATTER: Final = re.compile(
    r"\A\ufeff?---[^\S\n]{0,99}\r?\n(.*?)^---[^\S\n]{0,99}(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_WITH_FRONT_MATTER: Final = re.compile(
    r".*\.(?:prompt|instructions|chatmode|agent)\.(?:md|txt)", re.IGNORECASE
)
"""Texts whose front matter is settings. Source: VS Code's documentation of prompt files."""
_SYNTAX: Final[dict[Kind, str]] = {
    "dotprompt": "handlebars",
    "prompty": "jinja",
    "yaml": "jinja",
    "json": "text",
}


def prompt_items(
    stream: Stream,
    source: Source,
    options: ReadOptions,
    read: Callable[[Iterator[Found], str], Iterator[Item]],
) -> list[Item] | None:
    """The records of a file that is a prompt, or why it is none; `None` for one that is to be read as a log.

    `read`: what reads values.
    """
    if options.text or source.is_stdin or stream.layers:
        return None
    path, folder = source.path, source.folder
    if is_of_project(path, folder):
        return [_skipped(path, "not_llm", _OF_PROJECT)]
    kind = kind_of(path, folder)
    head, whole = stream.peek(HEAD_BYTES if kind == "json" else LARGEST) if kind else (b"", False)
    if kind is None or not whole or _is_log(head, kind, source):
        return None
    certain = is_certain(path, folder)
    try:
        text = "".join(text_encoding.Decoder(stream.notes).all([head]))
        fields = fields_of(text, kind, PurePath(path).name, options.variables, source.neighbours)
    except ImportError:
        return [_skipped(path, "unsupported", NEEDS_YAML)] if certain or kind != "yaml" else None
    except (ValueError, RecursionError) as error:
        return None if kind == "json" or not certain else [_skipped(path, "unparsed", str(error))]
    items = [] if fields is None else list(read(iter([(1, 0, fields)]), path))
    if _is_taken(items, is_log=kind == "json" and not certain):
        return items
    if kind != "yaml" or (folder is None and not certain):
        return None
    return [_skipped(path, "unrecognised" if certain else "not_llm", _NO_PROMPT)]


def may_be_prompt(stream: Stream, source: Source) -> bool:
    """May `prompt_items` take a source that is larger than the head of a log?"""
    if source.is_stdin or stream.layers:
        return False
    path, folder = source.path, source.folder
    is_small = source.size is None or source.size <= LARGEST
    return is_of_project(path, folder) or (is_small and kind_of(path, folder) not in (None, "json"))


_OF_PROJECT: Final = "a document or program of a project; name the file itself to read it as a prompt"
_NO_PROMPT: Final = "YAML of no known prompt format"


def _is_log(head: bytes, kind: Kind, source: Source) -> bool:
    """Does a file of such a name hold a log, or nothing that is text? Markdown and templates are never logs."""
    shape = look(head, whole=True, path=source.path, is_known_header=lambda _: False).shape
    if kind == "yaml":
        return shape == "cassette" or shape in _NO_TEXT
    if kind == "text" and source.path.lower().endswith((".txt", ".text")):
        return shape != "text" and (shape != "table" or not is_certain(source.path, source.folder))
    return shape in _NO_TEXT


def _is_taken(items: list[Item], *, is_log: bool) -> bool:
    """Has a format of prompt files read them?"""
    names = {item.format or "" for item in items}
    return any(name.startswith("prompt.") for name in names) and not (is_log and names & _OF_LOGS)


def _skipped(path: str, reason: SkipReason, detail: str) -> Skipped:
    return Skipped(source=path, line=1, reason=reason, detail=detail)


def fields_of(
    text: str, kind: Kind, name: str, given: Mapping[str, Any], neighbours: Neighbours | None
) -> PromptFile | None:
    """The fields of a file; `None` when it holds no object.

    Raises `ImportError` for YAML without the library, `ValueError` for text that is not what the name says.
    """
    if kind in ("yaml", "json"):
        fields = _object(Document(text) if kind == "yaml" else json.loads(text))
    elif kind in ("dotprompt", "prompty") or _WITH_FRONT_MATTER.fullmatch(name):
        fields = _with_front_matter(text)
    else:
        fields = {PromptFile.TEXT: text}
    if fields is None:
        return None
    syntax = TEMPLATES.get(PurePath(name).suffix.lower()) or _SYNTAX.get(kind, "text")
    return PromptFile(fields, name=name, syntax=syntax, given=dict(given), neighbours=neighbours)


def _object(read: Any) -> dict[str, Any] | None:
    """An object; a list of messages or of tools is what the field of this name would hold."""
    value = read.value(read.root) if isinstance(read, Document) else read
    if isinstance(value, dict):
        return {str(name): each for name, each in value.items()}
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        return {"messages" if "role" in value[0] else "tools": value}
    return None


def _with_front_matter(text: str) -> dict[str, Any]:
    found = _FRONT_MATTER.match(text)
    if found is None:
        return {PromptFile.TEXT: text}
    settings = Document(found[1])
    fields = _object(settings) if settings.root is not None else {}
    return {**(fields or {}), PromptFile.TEXT: text[found.end() :]}
