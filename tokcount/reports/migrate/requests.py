"""One record → the requests that take its place, and everything of it that they do not hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tokcount.logs.record import Record
from tokcount.logs.scalars import Json
from tokcount.models.catalog import Catalog
from tokcount.models.resolve import first_known
from tokcount.reports.migrate.answers import ANSWER, answered_by, answers_of, response_of
from tokcount.reports.migrate.batch import CustomIds, batch_line
from tokcount.reports.migrate.carrying import Loss, ParameterMapper
from tokcount.reports.migrate.prompts import Turn, split
from tokcount.reports.migrate.target import MigrationTarget
from tokcount.reports.migrate.tokens import SPECIAL_TEXT, decode

PROMPT_KINDS: Final = frozenset({"completions", "text"})
FINE_TUNE: Final = "generic.prompt_completion"
"""The format of completions fine-tuning files."""

NULL_PROMPT: Final = "no prompt: the completions API starts such a text itself, a chat cannot"
UNREADABLE: Final = {
    "truncated": "the log cut its text",
    "redacted": "the log took its text out",
}
"""Flag → why there is no prompt to migrate."""
MORE_ANSWERS: Final = "answers after the first: a line of a fine-tuning file has one"
NOT_TEXT: Final = "a prompt that is neither text nor tokens"


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


class Prompt(msgspec.Struct, frozen=True):
    """One prompt of a record: its place among them and its text, or the `reason` why it has none."""

    place: int
    text: str = ""
    reason: str = ""
    special: bool = False


class Migrated(msgspec.Struct):
    """What became of a record: the lines to write, or the `reason` why there are none.

    `losses`: what the lines do not hold, or hold otherwise. `splits`: the convention of each prompt, `None`
    where it stayed whole. `unlimited`: a completions call without `max_tokens`, which ended after 16 tokens;
    `alone`: a prompt without a call around it, whose limit is not in the log.
    """

    lines: list[Json] = []
    losses: list[Loss] = []
    splits: list[str | None] = []
    unlimited: bool = False
    alone: bool = False
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
        request = record.request
        reason = _why_not(record)
        if reason or request is None:
            return Migrated(reason=reason or "no prompt in the log")
        encoding = encoding_of(record, self.options.assume_model, self._catalog)
        prompts = read_prompts(request.get("prompt"), encoding)
        usable = [prompt for prompt in prompts if not prompt.reason]
        if not usable:
            return Migrated(reason=prompts[0].reason if prompts else "an empty list of prompts")
        parameters, losses = self._mapper.map(request, encoding)
        without_limit, called = request.get("max_tokens") is None, _is_call(record)
        migrated = Migrated(
            losses=losses, unlimited=without_limit and called, alone=without_limit and not called
        )
        losses += [Loss("prompt", "dropped", prompt.reason) for prompt in prompts if prompt.reason]
        for prompt in usable:
            if prompt.special:
                losses.append(Loss("prompt", "changed", SPECIAL_TEXT))
            self._add(record, prompt, len(prompts), parameters, migrated)
        migrated.losses = list(dict.fromkeys(losses))
        return migrated

    def _add(
        self, record: Record, prompt: Prompt, prompts: int, parameters: Json, migrated: Migrated
    ) -> None:
        """The line of one prompt."""
        turns = self._turns(prompt.text, migrated)
        body = {"model": self.target.model, **self._messages(turns), **parameters}
        suffix = f"-{prompt.place + 1}" if prompts > 1 else ""
        if self.options.batch:
            custom_id, changed = self._ids.of(record, suffix)
            if changed:
                migrated.losses.append(Loss("custom_id", "changed", "another line has it"))
            migrated.lines.append(batch_line(custom_id, self.target.api, body))
        elif self.options.answers:
            answers = answers_of(record, prompt.place, prompts, prompt.text)
            migrated.lines.append(self._with_answer(record, turns, body, answers, suffix, migrated))
        else:
            migrated.lines.append(body)

    def _turns(self, text: str, migrated: Migrated) -> list[Turn]:
        found = split(text) if self.options.split else None
        if found and not self.target.takes_system and found.turns[0].role == "system":
            found = None
        migrated.splits.append(found.convention if found else None)
        return found.turns if found else [Turn("user", text)]

    def _messages(self, turns: list[Turn]) -> Json:
        """The prompt's part of the body; in Responses requests `--system` is their `instructions`."""
        messages = [{"role": turn.role, "content": turn.text} for turn in turns]
        system = self.options.system
        if self.target.api == "chat":
            first = [] if system is None else [{"role": "system", "content": system}]
            return {"messages": first + messages}
        given: Json = {"input": turns[0].text if len(turns) == 1 else messages}
        return given if system is None else {"instructions": system, **given}

    def _with_answer(
        self,
        record: Record,
        turns: list[Turn],
        body: Json,
        answers: list[Json],
        suffix: str,
        migrated: Migrated,
    ) -> Json:
        """Request and response side by side; a line of a fine-tuning file stays one."""
        if record.format == FINE_TUNE and answers:
            if len(answers) > 1:
                migrated.losses.append(Loss(ANSWER, "dropped", MORE_ANSWERS))
            system = [] if self.options.system is None else [Turn("system", self.options.system)]
            conversation = [*system, *turns, Turn("assistant", answers[0]["text"])]
            return {"messages": [{"role": turn.role, "content": turn.text} for turn in conversation]}
        response, losses = response_of(record, answers, self.target.api, suffix)
        migrated.losses += losses
        return {"request": body, "response": response, **(answered_by(record) if response else {})}


def _why_not(record: Record) -> str:
    """Why a record has nothing to migrate; empty when it has."""
    if record.kind not in PROMPT_KINDS:
        return f"{record.kind}, not completions"
    if record.request is None:
        return "no prompt in the log"
    return next((reason for flag, reason in UNREADABLE.items() if flag in record.flags), "")


def _is_call(record: Record) -> bool:
    """Whether a record is a call to the completions API, rather than a prompt that was written down."""
    return record.kind == "completions" and record.format != FINE_TUNE


def encoding_of(
    record: Record, assume_model: str | None = None, catalog: Catalog | None = None
) -> str | None:
    """The encoding of the model that a record was sent to, if that is known."""
    found = first_known((record.served_model, record.model), catalog, assumed=assume_model)
    return found.model.encoding if found else None


def read_prompts(prompt: Any, encoding: str | None) -> list[Prompt]:
    """The prompts of a request: a text, token ids, or a list of either; each a request of its own."""
    if prompt is None:
        return [Prompt(0, reason=NULL_PROMPT)]
    if not isinstance(prompt, list) or (prompt and all(type(item) is int for item in prompt)):
        return [_read_prompt(0, prompt, encoding)]
    return [_read_prompt(place, item, encoding) for place, item in enumerate(prompt)]


def _read_prompt(place: int, prompt: Any, encoding: str | None) -> Prompt:
    if isinstance(prompt, str):
        return Prompt(place, prompt)
    if not isinstance(prompt, list) or not all(type(item) is int for item in prompt):
        return Prompt(place, reason=NOT_TEXT)
    decoded = decode(prompt, encoding)
    return Prompt(place, decoded.text, decoded.reason, decoded.special)
