"""A request between reading and writing: what it says and offers, in no endpoint's form.

Every endpoint is read into these types and written from them, so a value is checked once. What the types do not allow
is what OpenAI's API refuses (openai/openai-openapi: the request types of Chat Completions and Responses).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tokcount.logs.scalars import Json

Endpoint = Literal["chat", "responses"]
Role = Literal["system", "developer", "user", "assistant"]
Phase = Literal["commentary", "final_answer"]

Filled = Annotated[str, Meta(min_length=1)]
Url = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:\S")]
"""A URL with its scheme: https, http or data. What a log wrote in place of an image mostly has none."""
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""The name of a function, of a custom tool or of a schema."""
AuthorName = Annotated[str, Meta(pattern=r"^[^\s<|\\/>]{1,64}$")]
CallId = Annotated[str, Meta(min_length=1, max_length=64)]
Detail = Literal["auto", "low", "high", "original"]


class NotMigratedError(Exception):
    """A record has no request that the API takes and that says the same; the message is the reason."""


class Loss(msgspec.Struct, frozen=True):
    """Something of a record that its new request holds in another form, with another value, or not at all.

    `rewritten` means the same in the form of the new endpoint; `changed` and `dropped` do not.
    """

    parameter: str
    effect: Literal["dropped", "changed", "rewritten"]
    reason: str


class Breakpoint(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a cached prefix ends."""

    mode: Literal["explicit"]
    ttl: Literal["30m", "12h"] | None = None


class Text(msgspec.Struct, frozen=True, tag="text"):
    """Text of a message; `refusal`: the model declined in it."""

    text: str
    refusal: bool = False
    breakpoint: Breakpoint | None = None


class Image(msgspec.Struct, frozen=True, tag="image"):
    """An image by its URL or by the id of a file."""

    url: Url | None = None
    file_id: Filled | None = None
    detail: Detail | None = None
    breakpoint: Breakpoint | None = None

    def __post_init__(self) -> None:
        if self.url is None and self.file_id is None:
            raise ValueError("an image is a URL or a file")


class Audio(msgspec.Struct, frozen=True, tag="audio"):
    """Recorded speech in base64."""

    data: Filled
    format: Literal["wav", "mp3"]


class File(msgspec.Struct, frozen=True, tag="file"):
    """A file by its id, its URL or its content as a data URL."""

    file_id: Filled | None = None
    file_url: Url | None = None
    file_data: Filled | None = None
    filename: str | None = None
    breakpoint: Breakpoint | None = None

    def __post_init__(self) -> None:
        if self.file_id is None and self.file_url is None and self.file_data is None:
            raise ValueError("a file is an id, a URL or its content")


Part = Text | Image | Audio | File
Content = str | list[Part]


class Call(msgspec.Struct, frozen=True):
    """A call of a function or of a custom tool, with its arguments as they were written."""

    id: CallId
    name: Name
    arguments: str
    custom: bool = False
    namespace: str | None = None


class Message(msgspec.Struct):
    """A message, with the calls that the assistant makes in it. `content` is `None` for calls alone."""

    role: Role
    content: Content | None = None
    name: AuthorName | None = None
    calls: list[Call] = []
    phase: Phase | None = None


class Result(msgspec.Struct):
    """What a call returned."""

    call_id: CallId
    content: Content


class Item(msgspec.Struct):
    """An item that only the Responses API has, such as a search that the API ran itself, and the tools in it."""

    kind: str
    fields: Json
    tools: list[Tool] | None = None


Turn = Message | Result | Item


class Function(msgspec.Struct, omit_defaults=True):
    """A function that the model may call. `strict`: `None` where the log does not say."""

    name: Name
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None
    defer_loading: bool | None = None
    output_schema: dict[str, Any] | None = None


class Grammar(msgspec.Struct, frozen=True):
    """What the input of a custom tool must follow."""

    definition: Filled
    syntax: Literal["lark", "regex"]


class Custom(msgspec.Struct):
    """A tool whose input is any text, or follows a grammar."""

    name: Name
    description: str | None = None
    grammar: Grammar | None = None


class Hosted(msgspec.Struct):
    """A tool that only the Responses API has, and the tools in it."""

    kind: str
    fields: Json
    tools: list[Function | Custom] | None = None


Tool = Function | Custom | Hosted


Mode = Literal["none", "auto", "required"]


class Choice(msgspec.Struct, frozen=True):
    """Which tools the model must, may or must not call.

    `named`: the tools that it is limited to, each with its type and name; alone with `required`, one is forced.
    `hosted`: the type of a hosted tool that is forced.
    """

    mode: Mode
    named: tuple[tuple[str, str], ...] = ()
    forced: bool = False
    hosted: Json | None = None


class Format(msgspec.Struct):
    """The form of the answer: text, any JSON object, or JSON that follows a schema."""

    type: Literal["text", "json_object", "json_schema"]
    name: Name = "response"
    schema: dict[str, Any] | None = None
    description: str | None = None
    strict: bool | None = None


class Request(msgspec.Struct):
    """What a request says and offers; parameters are apart, see `tokcount.reports.migrate.parameters`.

    `strict`: what the endpoint that it was sent to makes of a function that does not say whether it is strict; `None`:
    strict where its schema allows it.
    """

    strict: bool | None = False
    turns: list[Turn] = []
    instructions: str | None = None
    tools: list[Tool] = []
    choice: Choice | None = None
    format: Format | None = None
    search: Json | None = None
    """Chat's `web_search_options`, as the fields of a Responses tool."""
    losses: list[Loss] = []
