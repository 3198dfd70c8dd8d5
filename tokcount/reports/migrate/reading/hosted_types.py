"""The objects inside the tools and items that only the Responses API has, as it takes them.

Source: openai/openai-openapi, and the request types of the openai package made from it, version 3.54. Fields that are
not here are left out of new requests.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tokcount.logs.scalars import Json
from tokcount.reports.migrate.request import Filled

Status = Literal["in_progress", "completed", "incomplete"]
SearchStatus = Literal["in_progress", "searching", "completed", "failed", "incomplete"]
CodeStatus = Literal["in_progress", "completed", "incomplete", "interpreting", "failed"]
ImageStatus = Literal["in_progress", "completed", "generating", "failed"]
Execution = Literal["server", "client"]
Size = Literal["low", "medium", "high"]
Connector = Literal[
    "connector_dropbox",
    "connector_gmail",
    "connector_googlecalendar",
    "connector_googledrive",
    "connector_microsoftteams",
    "connector_outlookcalendar",
    "connector_outlookemail",
    "connector_sharepoint",
]


class Fields(msgspec.Struct, omit_defaults=True):
    """Fields of an object; those without a value are left out."""


class Location(Fields):
    """Where a search is made from."""

    type: Literal["approximate"]
    city: str | None = None
    country: str | None = None
    region: str | None = None
    timezone: str | None = None


class Domains(Fields):
    """Where a search looks."""

    allowed_domains: list[str] | None = None


class Source(Fields, tag="url"):
    """What a search found."""

    url: str


class Search(Fields, tag="search"):
    """A search of the web."""

    query: str | None = None
    queries: list[str] | None = None
    sources: list[Source] | None = None


class OpenPage(Fields, tag="open_page"):
    """A page that was read."""

    url: str | None = None


class FindInPage(Fields, tag="find_in_page"):
    """A text that was looked for in a page."""

    url: str
    pattern: str


SearchAction = Search | OpenPage | FindInPage


class Comparison(Fields):
    """A condition on an attribute of files."""

    type: Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"]
    key: str
    value: str | float | bool | list[str | float]


class Ranking(Fields):
    """How found files are ranked."""

    ranker: Literal["auto", "default-2024-11-15"] | None = None
    score_threshold: Annotated[float, Meta(ge=0, le=1)] | None = None


class FoundFile(Fields):
    """What a search found in a file."""

    file_id: str | None = None
    filename: str | None = None
    score: float | None = None
    text: str | None = None


class Container(Fields, tag="auto"):
    """Where code runs."""

    file_ids: list[str] | None = None
    memory_limit: Literal["1g", "4g", "16g", "64g"] | None = None


class Logs(Fields, tag="logs"):
    """What code wrote."""

    logs: str


class Picture(Fields, tag="image"):
    """What code drew."""

    url: str


CodeOutput = Logs | Picture


class Mask(Fields):
    """The part of an image that is changed."""

    file_id: Filled | None = None
    image_url: Filled | None = None


class ToolFilter(Fields):
    """Some tools of a server."""

    read_only: bool | None = None
    tool_names: list[str] | None = None


class Approval(Fields):
    """Which tools of a server wait for an approval."""

    always: ToolFilter | None = None
    never: ToolFilter | None = None


class ListedTool(Fields):
    """A tool of a server."""

    name: str
    input_schema: Json
    description: str | None = None


class ShellAction(Fields):
    """Commands for a shell."""

    commands: list[str]
    max_output_length: int | None = None
    timeout_ms: int | None = None


class CreateFile(Fields, tag="create_file"):
    """A patch that creates a file."""

    path: str
    diff: str


class UpdateFile(Fields, tag="update_file"):
    """A patch that changes a file."""

    path: str
    diff: str


class DeleteFile(Fields, tag="delete_file"):
    """A patch that deletes a file."""

    path: str


Patch = CreateFile | UpdateFile | DeleteFile
