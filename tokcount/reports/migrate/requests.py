"""One record → the requests that take its place, and everything of it that they do not hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final, cast

import msgspec

from tokcount.logs.accounting.unread import unread_request
from tokcount.logs.record import Record
from tokcount.logs.scalars import Json
from tokcount.models.catalog import Catalog
from tokcount.models.compatibility import Compatibility, compatibility_of
from tokcount.models.resolve import first_known
from tokcount.reports.migrate.batch import CustomIds, batch_line
from tokcount.reports.migrate.fitting import fit, give_roles, has_system
from tokcount.reports.migrate.parameters.mapping import NAMES, MappedParameters, ParameterMapper, Source
from tokcount.reports.migrate.parameters.token_ids import SPECIAL_TEXT
from tokcount.reports.migrate.reading.answers import Answer, read_answers
from tokcount.reports.migrate.reading.chat import read_chat
from tokcount.reports.migrate.reading.completions import Prompt, read_prompts
from tokcount.reports.migrate.reading.content import EMPTY
from tokcount.reports.migrate.reading.prompts import split
from tokcount.reports.migrate.reading.responses import read_responses
from tokcount.reports.migrate.reading.tools import SCHEMA_HINT
from tokcount.reports.migrate.request import Endpoint, Hosted, Loss, Message, NotMigratedError, Request, Role
from tokcount.reports.migrate.target import MigrationTarget
from tokcount.reports.migrate.writing.answers import ANSWER, answered_by, response_of
from tokcount.reports.migrate.writing.chat import write_chat
from tokcount.reports.migrate.writing.responses import write_responses

PROMPT_KINDS: Final = frozenset({"completions", "text"})
SOURCES: Final[dict[str, Source]] = {
    "completions": "completions",
    "text": "completions",
    "chat": "chat",
    "responses": "responses",
}
"""Kind of a record → endpoint whose parameters its request has."""
FINE_TUNE: Final = "generic.prompt_completion"
"""The format of completions fine-tuning files."""

NO_PROMPTS: Final = "an empty list of prompts"
NO_REQUEST: Final = "no prompt in the log"
UNREADABLE: Final = {
    "truncated": "the log cut its text",
    "redacted": "the log took its text out",
}
"""Flag → why there is no prompt to migrate."""
MORE_ANSWERS: Final = "answers after the first: a line of a fine-tuning file has one"
NO_SYSTEM: Final = "system messages: refused by the model"
ELSEWHERE: Final = "a message whose content is in a field that no API has"
UNREAD: Final = "a field of the log that no API has"


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of the new requests.

    `split`: recognise conversations in plain text; `system`: a system message before each; `answers`: the
    logged answers too. `factors`: see `ParameterMapper`. `assume_model`: for records without a known model.
    """

    batch: bool = False
    split: bool = False
    system: str | None = None
    answers: bool = False
    factors: Mapping[str, float] | None = None
    assume_model: str | None = None


class Migrated(msgspec.Struct):
    """What became of a record: the lines to write, or the `reason` why there are none.

    `losses`: what the lines do not hold, or hold otherwise. `splits`: the convention of each prompt, `None`
    where it stayed whole. `unlimited`: a completions call without `max_tokens`, which ended after 16 tokens;
    `alone`: a prompt without a call around it, whose limit is not in the log. `conversation`: a stored one, whose last
    answer is in the request.
    """

    lines: list[Json] = []
    endpoint: Endpoint = "chat"
    losses: list[Loss] = []
    splits: list[str | None] = []
    unlimited: bool = False
    alone: bool = False
    conversation: bool = False
    reason: str = ""


class Migrator:
    """Turns records into requests for a target, one after the other; custom ids are unique over all of them."""

    def __init__(self, target: MigrationTarget, options: Options, catalog: Catalog | None = None) -> None:
        self.target = target
        self.options = options
        self._catalog = catalog
        self._mapper = ParameterMapper(target=target, batch=options.batch, factors=options.factors)
        self._ids = CustomIds()

    def migrate(self, record: Record) -> Migrated:
        """The requests that take the place of a record. Never changes it, never raises for what a log may hold."""
        reason = _why_not(record)
        for endpoint in () if reason else self.target.endpoints_for(record.kind):
            try:
                migrated = _Rewriting(self, record, endpoint).result()
            except NotMigratedError as error:
                reason = reason or str(error)
                continue
            if reason:
                migrated.losses.append(
                    Loss("endpoint", "rewritten", f"a {NAMES[endpoint]} request: {reason}")
                )
            migrated.losses = list(dict.fromkeys(migrated.losses))
            return migrated
        return Migrated(reason=reason)

    @cached_property
    def takes(self) -> Compatibility:
        """What the target takes."""
        return compatibility_of(self.target.model, self._catalog)

    def parameters(self, record: Record, endpoint: Endpoint, encoding: str | None) -> MappedParameters:
        """The parameters of a record's new requests."""
        return self._mapper.map(record.request or {}, SOURCES[record.kind], endpoint, encoding)

    def encoding_of(self, record: Record) -> str | None:
        """The encoding of the model that a record was sent to, if that is known."""
        assumed = self.options.assume_model
        found = first_known((record.served_model, record.model), self._catalog, assumed=assumed)
        return found.model.encoding if found else None

    def custom_id(self, record: Record, suffix: str) -> tuple[str, bool]:
        """The id of a batch line, and whether the log's own had to be changed."""
        return self._ids.of(record, suffix)


class _Rewriting:
    """Makes the requests of one record for one endpoint."""

    def __init__(self, migrator: Migrator, record: Record, endpoint: Endpoint) -> None:
        self._migrator = migrator
        self._options = migrator.options
        self._record = record
        self._body = record.request or {}
        self._endpoint = endpoint
        self._takes = migrator.takes.at(endpoint)
        encoding = migrator.encoding_of(record)
        self._encoding = encoding
        self._mapped = migrator.parameters(record, endpoint, encoding)
        self._migrated = Migrated(
            endpoint=endpoint, losses=[*self._mapped.losses], conversation=record.conversation
        )

    def result(self) -> Migrated:
        """What became of the record. Raises `NotMigratedError` when no request takes its place."""
        if self._record.kind in PROMPT_KINDS:
            self._prompts()
        else:
            read = read_chat if self._record.kind == "chat" else read_responses
            request = read(self._body)
            self._migrated.losses += _unread(self._record, request)
            self._add(request, lambda: read_answers(self._record, 0, 1, "", self._migrated.losses))
        return self._migrated

    def _prompts(self) -> None:
        """A request for each prompt."""
        prompts = read_prompts(self._body.get("prompt"), self._encoding)
        usable = [prompt for prompt in prompts if not prompt.reason]
        if not usable:
            raise NotMigratedError(prompts[0].reason if prompts else NO_PROMPTS)
        migrated = self._migrated
        without_limit, called = self._body.get("max_tokens") is None, _is_call(self._record)
        migrated.unlimited, migrated.alone = without_limit and called, without_limit and not called
        migrated.losses += [Loss("prompt", "dropped", prompt.reason) for prompt in prompts if prompt.reason]
        for prompt in usable:
            self._prompt(prompt, len(prompts))

    def _prompt(self, prompt: Prompt, prompts: int) -> None:
        losses = self._migrated.losses
        if prompt.special:
            losses.append(Loss("prompt", "changed", SPECIAL_TEXT))
        suffix = f"-{prompt.place + 1}" if prompts > 1 else ""
        request = Request(turns=list(self._turns(prompt.text)))
        self._add(
            request, lambda: read_answers(self._record, prompt.place, prompts, prompt.text, losses), suffix
        )

    def _turns(self, text: str) -> list[Message]:
        """The messages of a prompt."""
        found = split(text) if self._options.split else None
        if found and not self._migrator.target.takes_system and found.turns[0].role == "system":
            found = None
        self._migrated.splits.append(found.convention if found else None)
        return (
            [Message(cast("Role", turn.role), turn.text) for turn in found.turns]
            if found
            else [Message("user", text)]
        )

    def _add(self, request: Request, answers: Callable[[], list[Answer]], suffix: str = "") -> None:
        """The lines of one request; one for each answer where the endpoint gives one at a time."""
        body = self._written(request)
        times = self._mapped.requests
        answered = answers() if self._options.answers else []
        for number in range(times):
            own = answered[number : number + 1] if times > 1 else answered
            self._line(request, body, own, suffix + (f"-{number + 1}" if times > 1 else ""))

    def _written(self, request: Request) -> Json:
        """The body of a request, as the target takes it."""
        self._give_system(request)
        if not self._migrator.target.takes_system and has_system(request):
            raise NotMigratedError(NO_SYSTEM)
        give_roles(request, self._takes)
        write = write_chat if self._endpoint == "chat" else write_responses
        content, losses = write(request)
        body = {"model": self._migrator.target.model, **content, **self._mapped.parameters}
        if "text" in content:
            body["text"] = {**content["text"], **self._mapped.parameters.get("text", {})}
        self._migrated.losses += [*request.losses, *losses, *fit(body, self._takes)]
        return body

    def _give_system(self, request: Request) -> None:
        """Put the text of `--system` before a request; in Responses requests it is their `instructions`."""
        system = self._options.system
        if system is None:
            return
        if request.instructions is None and self._endpoint == "responses":
            request.instructions = system
        else:
            request.turns.insert(0, Message("system", system))

    def _line(self, request: Request, body: Json, answers: list[Answer], suffix: str) -> None:
        migrated = self._migrated
        if self._options.batch:
            custom_id, changed = self._migrator.custom_id(self._record, suffix)
            if changed:
                migrated.losses.append(Loss("custom_id", "changed", "another line has it"))
            migrated.lines.append(batch_line(custom_id, self._endpoint, body))
        elif self._options.answers:
            migrated.lines.append(self._with_answer(request, body, answers, suffix))
        else:
            migrated.lines.append(body)

    def _with_answer(self, request: Request, body: Json, answers: list[Answer], suffix: str) -> Json:
        """Request and response side by side; a line of a fine-tuning file stays one."""
        losses = self._migrated.losses
        if self._record.format == FINE_TUNE and answers:
            if len(answers) > 1:
                losses.append(Loss(ANSWER, "dropped", MORE_ANSWERS))
            turns = [*request.turns, *answers[0].turns]
            conversation = Request(turns=turns, instructions=request.instructions)
            return {"messages": write_chat(conversation)[0]["messages"]}
        response, lost = response_of(self._record, answers, self._endpoint, suffix)
        losses += lost
        return {"request": body, "response": response, **(answered_by(self._record) if response else {})}


def _why_not(record: Record) -> str:
    """Why a record has nothing to migrate; empty when it has."""
    if record.kind not in SOURCES:
        return f"{record.kind}: not a request for text"
    if record.request is None:
        return NO_REQUEST
    return next((reason for flag, reason in UNREADABLE.items() if flag in record.flags), "")


def _is_call(record: Record) -> bool:
    """Whether a record is a call to the completions API, rather than a prompt that was written down."""
    return record.kind == "completions" and record.format != FINE_TUNE


def _unread(record: Record, request: Request) -> list[Loss]:
    """Fields inside the messages, items and functions that hold something and are not in the new request.

    Raises `NotMigratedError` where such a field may be all that a message says.
    """
    read = (
        *(("tools[",) if any(isinstance(tool, Hosted) for tool in request.tools) else ()),
        *(("response_format.",) if SCHEMA_HINT in request.losses else ()),
    )
    paths = (path for path in unread_request(record.kind, record.request or {}) if "." in path or "[" in path)
    lost = [Loss(path, "dropped", UNREAD) for path in paths if not path.startswith(read)]
    if EMPTY in request.losses and any(loss.parameter.startswith(("messages[", "input[")) for loss in lost):
        raise NotMigratedError(ELSEWHERE)
    return lost
