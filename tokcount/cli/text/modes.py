"""What `count` writes instead of numbers: token ids, tokens, the beginning of a text, or its parts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from tokcount.cli.outputs import OutputGroup
from tokcount.cli.text.inputs import Inputs
from tokcount.cli.text.options import CutGroup
from tokcount.errors import UsageError
from tokcount.render.escape import json_text, visible
from tokcount.render.terminal import takes_color
from tokcount.render.writing import destination, is_stdout

if TYPE_CHECKING:
    from tokcount.logs.bytes.plain import PlainText
    from tokcount.texts.tokens import Cutter, Token

BOUNDARY: Final = "│"
LINE_END: Final = "⏎"
FORMATS: Final = ("table", "json", "jsonl")
"""The formats of texts: plain, or an object on each line."""
STRIPES: Final = ("\x1b[30;47m", "\x1b[30;46m")
"""The colours of tokens, one after the other."""
RESET: Final = "\x1b[0m"


def check(group: CutGroup, output: OutputGroup) -> None:
    """Raise `UsageError` for modes or formats that do not go together."""
    modes = [name for name in ("ids", "pieces") if getattr(group, name)]
    modes += [name for name in ("truncate", "chunk") if getattr(group, name) is not None]
    if len(modes) > 1:
        raise UsageError(f"--{modes[0]} and --{modes[1]} write different things; use one of them.")
    if modes and output.format not in FORMATS:
        raise UsageError(f"--{modes[0]} writes text or -f jsonl, not {output.format}.")
    if group.overlap and group.chunk is None:
        raise UsageError("--overlap is for --chunk.")
    if group.chunk is not None and group.overlap >= group.chunk:
        raise UsageError(f"--overlap {group.overlap}: less than the {group.chunk} tokens of --chunk.")


def is_asked(group: CutGroup) -> bool:
    """Whether one of these modes was asked for."""
    return group.ids or group.pieces or group.truncate is not None or group.chunk is not None


def write_texts(inputs: Inputs, cutter: Cutter, group: CutGroup, output: OutputGroup) -> None:
    """Write what was asked for of each input, one after the other."""
    number = 0
    as_json = output.format != "table"
    to_screen = is_stdout(output.output) and sys.stdout.isatty()
    color = is_stdout(output.output) and takes_color(output.color, is_terminal=to_screen, environ=os.environ)
    with destination(output.output) as file:
        for text in inputs.texts():
            number += 1
            with inputs.going_on():
                for piece in _pieces(text, cutter, group, as_json=as_json, color=color, to_screen=to_screen):
                    file.write(piece.encode("utf-8", "backslashreplace"))
                inputs.warn(text)
    inputs.close(number)


def _pieces(
    text: PlainText, cutter: Cutter, group: CutGroup, *, as_json: bool, color: bool, to_screen: bool
) -> Iterator[str]:
    if group.truncate is not None:
        kept = cutter.truncate(text, group.truncate, group.keep, group.ellipsis)
        tokens = cutter.count(kept)
        if as_json:
            return iter([_object(path=text.source.path, tokens=tokens, text=kept)])
        return iter([kept if not to_screen else "\n".join(map(visible, kept.split("\n"))) + "\n"])
    if group.chunk is not None:
        return _chunks(text, cutter, group.chunk, group.overlap)
    if group.pieces:
        return _shown(cutter.tokens(text), as_json=as_json, color=color)
    return _ids(text, cutter, as_json=as_json)


def _ids(text: PlainText, cutter: Cutter, *, as_json: bool) -> Iterator[str]:
    """The token ids on one line, separated by spaces; as JSON, a list."""
    begin, separator, end = ("[", ", ", "]\n") if as_json else ("", " ", "\n")
    yield begin
    before = ""
    for ids in cutter.ids(text):
        if len(ids):
            yield before + separator.join(map(str, ids))
            before = separator
    yield end


def _chunks(text: PlainText, cutter: Cutter, size: int, overlap: int) -> Iterator[str]:
    """One JSON object for each part."""
    parts = cutter.chunks("".join(text), size, overlap)
    for index, part in enumerate(parts):
        yield _object(
            path=text.source.path,
            index=index,
            start=part.start,
            end=part.end,
            tokens=part.tokens,
            text=part.text,
        )


def _shown(tokens: Iterable[Token], *, as_json: bool, color: bool) -> Iterator[str]:
    """The text with its token boundaries: coloured, or with a line between tokens; as JSON, one object a token."""
    if as_json:
        for token in tokens:
            yield _object(id=token.id, text=token.text, bytes=token.data.hex())
        return
    for place, token in enumerate(tokens):
        shown = f"{LINE_END}\n".join(map(visible, token.text.split("\n")))
        if color:
            yield STRIPES[place % 2] + shown.replace("\n", f"{RESET}\n{STRIPES[place % 2]}") + RESET
        else:
            yield BOUNDARY * bool(place) + shown
    yield "\n"


def _object(**fields: Any) -> str:
    import json

    return json_text(json.dumps(fields, ensure_ascii=False)) + "\n"
