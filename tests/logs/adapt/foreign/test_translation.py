"""What the requests and answers of other vendors' APIs are in the shape of the chat endpoint."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reading import answered, asked, record, used

from tokcount.logs.adapt.foreign.apis import APIS
from tokcount.logs.summary import unread_fields

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = {
    "type": "function",
    "function": {"name": "weather", "description": "Tells the weather.", "parameters": SCHEMA},
}
CALL = {
    "id": "t1",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"city":"Oslo"}'},
}

CLAUDE: dict[str, Any] = {
    "model": "claude-sonnet-4-5",
    "max_tokens": 100,
    "stop_sequences": ["END"],
    "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
    "tools": [
        {"name": "weather", "description": "Tells the weather.", "input_schema": SCHEMA},
    ],
    "tool_choice": {"type": "tool", "name": "weather", "disable_parallel_tool_use": True},
    "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
    "messages": [
        {"role": "user", "content": "Weather in Oslo?"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
                {"type": "tool_use", "id": "t1", "name": "weather", "input": {"city": "Oslo"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "Rain."}]},
                {"type": "text", "text": "And tomorrow?"},
            ],
        },
    ],
}
CONVERSE: dict[str, Any] = {
    "modelId": "arn:aws:bedrock:us-east-1::inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "system": [{"text": "Be brief."}, {"cachePoint": {"type": "default"}}],
    "inferenceConfig": {"maxTokens": 100, "stopSequences": ["END"]},
    "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1024}},
    "toolConfig": {
        "tools": [
            {
                "toolSpec": {
                    "name": "weather",
                    "description": "Tells the weather.",
                    "inputSchema": {"json": SCHEMA},
                }
            },
            {"cachePoint": {"type": "default"}},
        ],
        "toolChoice": {"tool": {"name": "weather"}},
    },
    "outputConfig": {
        "textFormat": {
            "type": "json_schema",
            "structure": {"jsonSchema": {"name": "response", "schema": '{"type": "object"}'}},
        }
    },
    "messages": [
        {"role": "user", "content": [{"text": "Weather in Oslo?"}]},
        {
            "role": "assistant",
            "content": [
                {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "c2ln"}}},
                {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"city": "Oslo"}}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"toolResult": {"toolUseId": "t1", "content": [{"text": "Rain."}], "status": "success"}},
                {"text": "And tomorrow?"},
            ],
        },
    ],
}


@pytest.mark.parametrize("body", [CLAUDE, CONVERSE], ids=["anthropic", "bedrock"])
def test_tools_their_calls_and_results_become_openais(body: dict[str, Any]) -> None:
    found = record(body)
    request = asked(found)
    system, user, assistant, result, further = request["messages"]

    assert (system["role"], user["content"], further["content"]) == (
        "system",
        "Weather in Oslo?",
        "And tomorrow?",
    )
    assert assistant["tool_calls"] == [CALL]
    assert assistant["content"] == [{"type": "thinking", "thinking": "Hm."}]
    assert (result["role"], result["tool_call_id"], result["content"]) == ("tool", "t1", "Rain.")
    assert (request["tools"], request["max_tokens"], request["stop"]) == ([WEATHER], 100, ["END"])
    assert request["tool_choice"] == {"type": "function", "function": {"name": "weather"}}
    assert request["response_format"]["type"] == "json_schema"
    assert unread_fields(found) == set()


def test_a_single_call_at_a_time_is_asked_for_as_openai_does() -> None:
    assert asked(record(CLAUDE))["parallel_tool_calls"] is False


def test_fields_of_converse_for_a_single_model_are_those_of_its_request() -> None:
    request = asked(record(CONVERSE))

    assert request["thinking"] == {"type": "enabled", "budget_tokens": 1024}
    assert request["model"] == "us.anthropic.claude-sonnet-4-5-20250929-v1:0"


GEMINI: dict[str, Any] = {
    "systemInstruction": {"parts": [{"text": "Be brief."}]},
    "contents": [
        {"role": "user", "parts": [{"text": "Weather in Oslo?"}]},
        {
            "role": "model",
            "parts": [
                {"functionCall": {"name": "weather", "args": {"city": "Oslo"}}, "thoughtSignature": "c2ln"}
            ],
        },
        {
            "role": "user",
            "parts": [{"functionResponse": {"name": "weather", "response": {"result": "Rain."}}}],
        },
    ],
    "tools": [
        {
            "functionDeclarations": [
                {
                    "name": "weather",
                    "description": "Tells the weather.",
                    "parameters": {
                        "type": "OBJECT",
                        "properties": {"city": {"type": "STRING"}},
                        "required": ["city"],
                    },
                }
            ]
        }
    ],
    "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["weather"]}},
    "generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingBudget": 0}},
    "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
}
SNAKE: dict[str, Any] = {
    "model": "models/gemini-2.5-flash",
    "contents": [
        {"role": "user", "parts": [{"text": "Weather in Oslo?"}]},
        {"role": "model", "parts": [{"function_call": {"name": "weather", "args": {"city": "Oslo"}}}]},
        {
            "role": "user",
            "parts": [{"function_response": {"name": "weather", "response": {"result": "Rain."}}}],
        },
    ],
    "config": {
        "system_instruction": {"parts": [{"text": "Be brief."}]},
        "max_output_tokens": 100,
        "tools": [
            {
                "function_declarations": [
                    {
                        "name": "weather",
                        "description": "Tells the weather.",
                        "parameters_json_schema": SCHEMA,
                    }
                ]
            }
        ],
        "tool_config": {"function_calling_config": {"mode": "ANY", "allowed_function_names": ["weather"]}},
    },
}


@pytest.mark.parametrize("body", [GEMINI, SNAKE], ids=["camel", "snake"])
def test_contents_of_gemini_become_messages(body: dict[str, Any]) -> None:
    found = record(body)
    request = asked(found)
    system, user, assistant, result = request["messages"]

    assert (system["content"], user["content"]) == ("Be brief.", "Weather in Oslo?")
    assert assistant["tool_calls"] == [{**CALL, "id": "weather"}]
    assert (result["tool_call_id"], result["content"]) == ("weather", '{"result":"Rain."}')
    assert (request["tools"], request["max_tokens"]) == ([WEATHER], 100)
    assert request["tool_choice"] == {"type": "function", "function": {"name": "weather"}}
    assert unread_fields(found) == set()


@pytest.mark.parametrize(
    "body",
    [
        {**GEMINI, "tools": [{"googleSearch": {}}]},
        {**GEMINI, "cachedContent": "cachedContents/a1"},
        {**GEMINI, "model": "gemini-3-pro-preview"},
        {**CLAUDE, "tools": [{"type": "web_search_20250305", "name": "web_search", "max_uses": 2}]},
        {**CLAUDE, "mcp_servers": [{"type": "url", "url": "https://mcp.example.com", "name": "m"}]},
        {**CONVERSE, "toolConfig": {"tools": [{"systemTool": {"name": "nova_grounding"}}]}},
    ],
)
def test_what_the_api_adds_itself_is_hidden_context(body: dict[str, Any]) -> None:
    assert "hidden_context" in record(body).flags


def test_thoughts_of_earlier_answers_are_free_before_gemini_3() -> None:
    assert "hidden_context" not in record({**GEMINI, "model": "gemini-2.5-pro"}).flags


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (
            {
                **GEMINI,
                "contents": [{"role": "user", "parts": [{"executableCode": {"code": "print(1)"}}]}],
            },
            "messages[].content[].executableCode",
        ),
        (
            {
                **CLAUDE,
                "messages": [
                    {"role": "user", "content": [{"type": "search_result", "content": [{"text": "Oslo"}]}]}
                ],
            },
            "messages[].content[].content",
        ),
        ({**CLAUDE, "container": "c", "instructions_extra": "y" * 50 + " z"}, "instructions_extra"),
        (
            {
                **CONVERSE,
                "messages": [
                    {"role": "user", "content": [{"searchResult": {"title": "Oslo"}}, {"text": "Hi"}]}
                ],
            },
            "messages[].content[].searchResult",
        ),
    ],
)
def test_fields_of_no_table_are_not_read_instead_of_free(body: dict[str, Any], field: str) -> None:
    assert unread_fields(record(body)) == {field}


@pytest.mark.parametrize(
    ("usage", "numbers"),
    [
        (
            {
                "promptTokenCount": 9,
                "candidatesTokenCount": 3,
                "thoughtsTokenCount": 4,
                "totalTokenCount": 16,
            },
            (9, 7),
        ),
        (
            {
                "promptTokenCount": 9,
                "candidatesTokenCount": 7,
                "thoughtsTokenCount": 4,
                "totalTokenCount": 16,
            },
            (9, 7),
        ),
        ({"promptTokenCount": 9, "thoughtsTokenCount": 4, "totalTokenCount": 13}, (9, 4)),
        (
            {
                "promptTokenCount": 9,
                "toolUsePromptTokenCount": 20,
                "candidatesTokenCount": 3,
                "totalTokenCount": 32,
            },
            (29, 3),
        ),
        ({"prompt_token_count": 9, "candidates_token_count": 3, "total_token_count": 12}, (9, 3)),
    ],
)
def test_the_usage_of_gemini_has_all_that_is_billed(usage: dict[str, int], numbers: tuple[int, int]) -> None:
    content = {"role": "model", "parts": [{"text": "Rain."}]}
    found = record(
        {
            "candidates": [{"content": content, "finishReason": "STOP"}],
            "usageMetadata": usage,
            "responseId": "g",
        }
    )

    assert (used(found).input, used(found).output) == numbers


def test_media_are_counted_by_modality() -> None:
    usage = {
        "promptTokenCount": 300,
        "promptTokensDetails": [
            {"modality": "TEXT", "tokenCount": 42},
            {"modality": "IMAGE", "tokenCount": 258},
        ],
        "candidatesTokenCount": 3,
        "totalTokenCount": 303,
    }

    assert used(record({"usageMetadata": usage, "modelVersion": "gemini-2.5-flash"})).image_input == 258


def test_what_a_compaction_cost_is_billed_too() -> None:
    iterations = [
        {"type": "compaction", "input_tokens": 5000, "output_tokens": 120, "cache_read_input_tokens": 40},
        {"type": "message", "input_tokens": 200, "output_tokens": 8},
    ]
    usage = {"input_tokens": 200, "iterations": iterations, "output_tokens": 8}
    content = [{"type": "text", "text": "Rain."}]
    found = record(
        {
            "type": "message",
            "role": "assistant",
            "content": content,
            "stop_reason": "end_turn",
            "usage": usage,
        }
    )

    assert (used(found).input, used(found).output, used(found).cached_input) == (5240, 128, 40)


@pytest.mark.parametrize(
    ("usage", "region", "tier"),
    [
        ({"inference_geo": "us", "service_tier": "standard"}, "us", None),
        ({"inference_geo": "global", "service_tier": "priority"}, None, "priority"),
        ({"inference_geo": "not_available", "speed": "fast"}, None, "fast"),
    ],
)
def test_the_usage_of_anthropic_says_where_and_in_which_tier(
    usage: dict[str, str], region: str | None, tier: str | None
) -> None:
    content = [{"type": "text", "text": "Rain."}]
    answer = {"type": "message", "role": "assistant", "content": content, "stop_reason": "end_turn"}
    found = record({**answer, "usage": {"input_tokens": 9, "output_tokens": 2, **usage}})

    assert (found.region, found.tier) == (region, tier)


@pytest.mark.parametrize(
    ("value", "host"),
    [
        (
            {
                "url": "https://us-central1-aiplatform.googleapis.com/v1/x/models/gemini-2.5-pro:generateContent"
            },
            "vertex_ai",
        ),
        (
            {"url": "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:generateContent"},
            None,
        ),
    ],
)
def test_the_host_is_kept_where_hosts_bill_differently(value: dict[str, Any], host: str | None) -> None:
    assert record({**value, "request": GEMINI}).host == host


def test_only_vertex_says_which_traffic_a_call_was() -> None:
    usage = {"promptTokenCount": 9, "totalTokenCount": 9, "trafficType": "ON_DEMAND"}

    assert record({"usageMetadata": usage, "modelVersion": "gemini-2.5-pro"}).host == "vertex_ai"


def test_the_model_of_openai_on_bedrock_is_not_another_vendors() -> None:
    found = record({**CONVERSE, "modelId": "openai.gpt-oss-120b-1:0"})

    assert "non_openai" not in found.flags


FIELDS = [
    *("messages", "contents", "parts", "role", "content", "text", "tools", "type", "candidates", "output"),
    *("message", "usage", "index", "delta", "toolUse", "functionCall", "config", "system", "toolConfig"),
    *("metadata", "finish_reason", "usageMetadata"),
]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(FIELDS), JUNK))
def test_no_body_makes_a_translation_raise(body: dict[str, Any]) -> None:
    body |= {"model": "claude-sonnet-4-5", "max_tokens": 1} if "messages" in body else {}
    for api in APIS:
        if api.is_request(body):
            assert isinstance(api.request(body, set()), dict)
        if api.is_response(body):
            assert isinstance(api.response(body), dict)
        if api.is_event(body):
            assert isinstance(api.joined([body, body]), dict)


def test_a_new_field_of_an_answer_is_not_read() -> None:
    content = {"role": "model", "parts": [{"text": "Rain."}]}
    candidate = {"content": content, "finishReason": "STOP", "transcript": "Rain in Oslo."}

    assert unread_fields(record({"candidates": [candidate], "responseId": "g"})) == {"choices[].transcript"}


def test_an_answer_that_google_genai_dumped_has_fields_without_a_value() -> None:
    part = {"text": "Rain.", "thought": None, "function_call": None, "inline_data": None}
    candidate = {"content": {"parts": [part], "role": "model"}, "finish_reason": "FinishReason.STOP"}
    found = record({"candidates": [candidate], "usage_metadata": {"prompt_token_count": 9}, "parsed": None})

    assert (answered(found), used(found).input) == (["Rain."], 9)
    assert found.response is not None
    assert found.response["choices"][0]["finish_reason"] == "stop"


def test_thoughts_of_gemini_are_not_its_answer() -> None:
    parts = [{"text": "Hm.", "thought": True}, {"text": "Rain."}]
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP"}

    assert answered(record({"candidates": [candidate], "responseId": "g"})) == [
        [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Rain."}]
    ]


@pytest.mark.parametrize(("cited", "kind"), [(True, "file"), (False, "text")])
def test_a_text_for_converse_to_cite_is_a_document(cited: bool, kind: str) -> None:
    """A document with citations is billed with more than its text: in 2 of 2 recorded calls."""
    document = {
        "name": "a",
        "format": "txt",
        "source": {"text": "A long text."},
        "citations": {"enabled": cited},
    }
    content = [{"document": document}, {"text": "Sum it up."}]
    found = asked(
        record(
            {
                "modelId": "anthropic.claude-3-5-sonnet-20240620-v1:0",
                "messages": [{"role": "user", "content": content}],
            }
        )
    )

    assert [part["type"] for part in found["messages"][0]["content"]] == [kind, "text"]
