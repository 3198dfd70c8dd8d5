"""Trajectories of agents that solve tasks: SWE-agent, mini-swe-agent, smolagents, tau2-bench.

SWE-agent keeps the conversation and the sums of its calls; mini-swe-agent keeps the response behind each answer;
smolagents keeps the messages and the usage of each step; tau2-bench keeps one list of the agent's and the simulated
user's messages. Source: the code of each project that writes the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    BODY_USAGE,
    JSON_ONLY,
    CallMetadata,
    Item,
    Json,
    Location,
    LogFormat,
    Rank,
    Turn,
    body_record,
    body_usage,
    call_record,
    conversation_records,
    decoded_object,
    dig,
    number,
    objects,
    skipped,
    text,
    timestamp,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_SENT = frozenset({"role", "content", "name", "tool_calls", "tool_call_id", "function_call", "refusal"})
"""Fields of a message that an agent sends; the others are its own notes (`thought`, `action`, `agent`)."""

_SUMS = {
    "input": ("tokens_sent",),
    "output": ("tokens_received",),
    "cost_usd": ("instance_cost", "total_cost"),
}


def _sent(message: Json) -> Json:
    return {name: item for name, item in message.items() if name in _SENT and item is not None}


class SweAgent(LogFormat):
    """`sweagent.traj`: one conversation; its usage is the sum over its calls."""

    name = "sweagent.traj"
    keys = (frozenset({"trajectory", "history", "info"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        messages = [_sent(message) for message in objects(value.get("history"))]
        stats = decoded_object(dig(value, "info.model_stats"))
        usage = usage_from(stats, _SUMS)
        calls = number(stats.get("api_calls"))
        if usage is not None and not (usage.input or usage.output):
            usage = None
        if usage is not None and calls:
            usage.requests = calls
        metadata = CallMetadata(
            model=text(dig(decoded_object(value.get("replay_config")), "agent.model.name")),
            usage=usage,
            conversation=True,
        )
        request = {"messages": messages} if messages else None
        return [body_record(at, self.name, kind="chat", request=request, metadata=metadata)]


class MiniSweAgent(LogFormat):
    """`miniswe.traj`: the messages of a run; `extra.response` is the body behind an answer."""

    name = "miniswe.traj"
    keys = (frozenset({"messages", "trajectory_format"}), frozenset({"messages", "info"}))
    rank = Rank.PAIR
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        listed = objects(value.get("messages"))
        if not any("extra" in message for message in listed) and "trajectory_format" not in value:
            return None
        model = text(dig(value, "info.config.model.model_name"))
        turns = [_turn(message) for message in listed]
        return conversation_records(at, self.name, turns, CallMetadata(model=model))


def _turn(message: Json) -> Turn:
    response = dig(message, "extra.response")
    response = response if isinstance(response, dict) else {}
    return Turn(
        _sent(message),
        usage=body_usage(response.get("usage")),
        model=text(response.get("model")),
        id=text(response.get("id")),
        timestamp=timestamp(response.get("created")),
    )


class Smolagents(LogFormat):
    """`smolagents.memory`: the steps of an agent; those with `model_input_messages` are calls."""

    name = "smolagents.memory"
    keys = (
        frozenset({"step_number", "model_input_messages"}),
        frozenset({"step_number", "token_usage"}),
        frozenset({"task", "task_images"}),
        frozenset({"system_prompt"}),
    )
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if "step_number" not in value:
            is_step = "task_images" in value or len(value) == 1
            return [skipped(at, "not_llm", "a step that calls no model", self.name)] if is_step else None
        if value.get("error") and not value.get("model_output"):
            return [skipped(at, "error", "a failed call", self.name)]
        metadata = CallMetadata(
            timestamp=timestamp(dig(value, "timing.start_time")),
            usage=usage_from(value.get("token_usage"), BODY_USAGE),
        )
        output = dig(value, "model_output_message") or value.get("model_output")
        return [call_record(at, self.name, value.get("model_input_messages"), output, metadata=metadata)]


class Tau2(LogFormat):
    """`tau2.results`: a simulation is one conversation; both sides' usage is in one list, so none is taken."""

    name = "tau2.results"
    keys = (frozenset({"simulations", "info"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        simulations = value.get("simulations")
        if not isinstance(simulations, list):
            return None
        model = text(dig(value, "info.agent_info.llm"))
        return [
            self._conversation(each, at, model, index)
            for index, each in enumerate(simulations)
            if isinstance(each, dict)
        ]

    def _conversation(self, simulation: Json, at: Location, model: str | None, index: int) -> Item:
        messages = [_sent(message) for message in objects(simulation.get("messages"))]
        metadata = CallMetadata(model=model, id=text(simulation.get("id")), conversation=True)
        request = {"messages": messages} if messages else None
        return body_record(at, self.name, kind="chat", request=request, metadata=metadata, index=index)
