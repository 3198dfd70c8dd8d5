"""Templates of prompts: the variables they name, and their text with values filled in.

A variable without a value stays as it is written. Jinja templates are rendered by Jinja2's sandbox, Mustache ones by
pystache; neither may load another template. The other syntaxes only put values in the place of names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from tokcount.errors import UsageError

_NAME: Final = r"[^\W\d]\w{0,39}"
_JINJA: Final = (
    rf"\{{\{{-?\s{{0,99}}({_NAME})"
    rf"|\{{%-?\s{{0,99}}(?:if|elif)\s{{1,99}}(?:not\s{{1,99}})?({_NAME})"
    rf"|\{{%-?\s{{0,99}}for\s[^%]{{1,200}}?\sin\s{{1,99}}({_NAME})"
)
_LOCAL: Final = re.compile(
    rf"\{{%-?\s{{0,99}}(?:for|set)\s{{1,99}}({_NAME})(?:\s{{0,9}},\s{{0,9}}({_NAME}))?"
)
"""Names that a Jinja template gives to values of its own."""
_BRACES: Final = rf"(?<![{{$\\\w])\{{({_NAME})(?:[.\[!:][^{{}}\n]{{0,99}})?\}}(?!\}})"

VARIABLES: Final[dict[str, re.Pattern[str]]] = {
    "jinja": re.compile(_JINJA),
    "mustache": re.compile(rf"\{{\{{\{{?[#^&]?\s{{0,99}}({_NAME})"),
    "handlebars": re.compile(
        rf"\{{\{{\{{?~?[#^&]?\s{{0,99}}(?:(?:if|unless|each|with)\s{{1,99}}(?:this\.)?)?({_NAME})(?=[\s.}}~])(?!=)"
    ),
    "f-string": re.compile(rf"(?<!\{{)\{{({_NAME})(?:[.\[!:][^{{}}\n]{{0,99}})?\}}(?!\}})"),
    "semantic-kernel": re.compile(rf"\{{\{{\s{{0,99}}\$({_NAME})"),
    "go": re.compile(rf"\{{\{{-?\s{{0,99}}(?:(?:if|range|with)\s{{1,99}})?\.({_NAME})"),
    "text": re.compile(rf"\{{\{{\s{{0,99}}({_NAME})\s{{0,99}}\}}\}}|{_BRACES}"),
}
"""Syntax → its variables. `text`: a prompt without a stated syntax, in which either kind of braces is used."""
_PLACES: Final[dict[str, str]] = {
    "handlebars": r"\{{\{{\{{?\s{{0,99}}{name}\s{{0,99}}\}}?\}}\}}",
    "semantic-kernel": r"\{{\{{\s{{0,99}}\${name}\s{{0,99}}\}}\}}",
    "go": r"\{{\{{-?\s{{0,99}}\.{name}\s{{0,99}}-?\}}\}}",
    "text": r"\{{\{{\s{{0,99}}{name}\s{{0,99}}\}}\}}|(?<!\{{)\{{{name}\}}(?!\}})",
}
"""Syntax without a library → the places of one variable."""
_FORMATTED: Final = re.compile(rf"\{{\{{|\}}\}}|\{{({_NAME})(?:[.\[!:][^{{}}\n]{{0,99}})?\}}")
"""What Python's `format` replaces: doubled braces and fields."""
_HELPERS: Final = frozenset(
    {"else", "this", "role", "media", "section", "json", "loop", "true", "false", "none"}
)
"""Words in the place of variables that are none."""
_TAGS: Final = {
    "jinja": ("{{", "{%", "{#"),
    "f-string": ("{{", "}}"),
    **dict.fromkeys(("mustache", "handlebars", "go", "semantic-kernel"), ("{{",)),
}
"""Syntax → what its tags begin with; those of the others are their variables."""
_LONGEST: Final = 1 << 24
"""Characters that a template may become."""


def variables_of(text: str, syntax: str) -> list[str]:
    """The variables that a template names, in order."""
    own = {name for found in _LOCAL.findall(text) for name in found} if syntax == "jinja" else set()
    named = (name for found in VARIABLES[syntax].finditer(text) for name in found.groups() if name)
    return [name for name in dict.fromkeys(named) if name not in own and name.lower() not in _HELPERS]


def has_tags(text: str, syntax: str) -> bool:
    """Has a template tags that rendering would take away, or something put in their place?"""
    return any(tag in text for tag in _TAGS.get(syntax, ()))


def is_rendered(syntax: str, values: Mapping[str, Any]) -> bool:
    """Does a library render templates of this syntax, so that no tags are left?"""
    return bool(values) and syntax not in _PLACES


def filled(text: str, syntax: str, values: Mapping[str, Any]) -> str:
    """A template with the values in their places.

    Raises `ValueError` for a template that cannot be rendered, `UsageError` without the library that renders it.
    """
    if not values or syntax not in VARIABLES:
        return text
    if syntax == "jinja":
        return _by_jinja(text, values)
    if syntax == "mustache":
        return _by_mustache(text, values)
    if syntax == "f-string":
        return _FORMATTED.sub(lambda found: _formatted(found, values), text)
    for name in variables_of(text, syntax):
        if name in values:
            place = re.compile(_PLACES[syntax].format(name=re.escape(name)))
            text = _written(values[name]).join(place.split(text))
    return text


def _formatted(found: re.Match[str], values: Mapping[str, Any]) -> str:
    name = found[1]
    if name is None:
        return found[0][0]
    return _written(values[name]) if name in values else found[0]


def _written(value: Any) -> str:
    """A value as the text of a prompt: a text as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    import json

    return json.dumps(value, ensure_ascii=False)


@cache
def _environment() -> Any:
    try:
        from jinja2 import DebugUndefined
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError:
        raise _no_library() from None
    return ImmutableSandboxedEnvironment(undefined=DebugUndefined, keep_trailing_newline=True)


def _by_jinja(text: str, values: Mapping[str, Any]) -> str:
    written: list[str] = []
    left = _LONGEST
    environment = _environment()
    try:
        for piece in environment.from_string(text).generate(values):
            written.append(piece)
            left -= len(piece)
            if left < 0:
                break
    except Exception as error:  # noqa: BLE001 - a template may raise anything while it runs
        raise ValueError(f"a template that cannot be rendered ({type(error).__name__})") from None
    if left < 0:
        raise ValueError(f"a template that becomes longer than {_LONGEST >> 20} M characters")
    return "".join(written)


def _by_mustache(text: str, values: Mapping[str, Any]) -> str:
    try:
        from pystache import Renderer
    except ImportError:
        raise _no_library() from None
    as_written = {name: f"{{{{{name}}}}}" for name in variables_of(text, "mustache")}
    renderer = Renderer(escape=lambda written: written, partials={}, missing_tags="ignore")
    try:
        rendered: str = renderer.render(text, {**as_written, **values})
    except Exception as error:  # noqa: BLE001 - pystache raises its own and others'
        raise ValueError(f"a template that cannot be rendered ({type(error).__name__})") from None
    return rendered


def _no_library() -> UsageError:
    return UsageError("filling in templates needs the extra: pip install 'tokcount[prompts]'.")
