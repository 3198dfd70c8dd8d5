"""The fields of OpenAI's bodies: what is counted of each kind of object, and what costs nothing.

Sources: the OpenAI API reference (openai/openai-openapi: the request and response types of Chat Completions,
Completions and Responses), and for what costs nothing the recorded bills behind docs/framing.md. Fields of other
servers that speak the same API are marked with their documentation.
"""

from __future__ import annotations

from typing import Final

from tokcount.logs.accounting.node import Node

API: Final = "OpenAI API reference"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


EVERYWHERE: Final = _words(
    """
    id type object index status metadata annotations logprobs cache_control prompt_cache_breakpoint created
    created_at timestamp ts time source model modelInfo usage metrics
    """
)
"""Ids, labels and annotations that any object inside a body may have."""

PARAMETERS: Final = _words(
    """
    model stream stream_options temperature top_p top_k min_p n max_tokens max_completion_tokens max_output_tokens
    max_tool_calls stop seed logprobs top_logprobs logit_bias frequency_penalty presence_penalty
    repetition_penalty best_of echo user safety_identifier service_tier store metadata reasoning reasoning_effort
    verbosity modalities audio parallel_tool_calls tool_choice function_call tool_config prompt_cache_key
    prompt_cache_options prompt_cache_retention truncation background include prediction moderation
    web_search_options data_sources dataSources enable_thinking thinking engine deployment_id extra_headers
    timeout api_key api_base base_url api_version num_retries drop_params
    """
)
"""Parameters of a request. Those that add to the prompt (`tool_choice`, a search, stored state) have rules of their
own in `tokcount.framing`; `prediction` is billed as output (guide "Predicted Outputs")."""

AROUND: Final = _words(
    """
    id object created created_at timestamp ts time date datetime start_time startTime tstamp uid uuid request_id
    call_id user_id url path endpoint method headers tags status status_code usage error response completion output
    answer result choices latency duration cost environment provider organization project type
    """
)
"""What log rows keep next to the fields of a body: metadata, and the answer, which is read on its own."""

PROMPT_NAMES: Final = _words(
    """
    system system_prompt systemPrompt system_message system_instruction systemInstruction instruction instructions
    preamble context documents messages history chat_history prompt prompts input inputs question query contents
    user_prompt examples few_shot few_shot_examples tools functions
    contexts passages retrieved_context retrieved_contexts retrieved_documents retrieved_chunks
    images image_url image_urls attachments
    """
)
"""Fields next to those of a body that hold text for the model, however short."""

OF_OTHER_TOOLS: Final = _words(
    """
    name max_uses allowed_domains blocked_domains display_width_px display_height_px display_number max_characters
    max_content_tokens max_tokens citations tool_configuration url authorization_token defer_loading use_cache
    default_config configs mcp_server_name systemTool dynamicRetrievalConfig timeRangeFilter
    excludedPredefinedFunctions file_search_store_names fileSearchStoreNames metadataFilter topK
    """
)
"""Settings of the tools that Anthropic, Google and Amazon run themselves (their API references)."""

_REQUEST: Final = PARAMETERS | AROUND

NODES: Final[dict[str, Node]] = {
    "chat request": Node(
        counted={
            "messages": "[message]",
            "tools": "[tool]",
            "functions": "[function]",
            "response_format": "word|response format",
        },
        free=_REQUEST,
        is_body=True,
        source=f"{API}: CreateChatCompletionRequest",
    ),
    "responses request": Node(
        counted={
            "input": "text|[item]",
            "instructions": "text|[item]",
            "tools": "[named tool]",
            "text": "text format",
            "prompt": "any",
        },
        free=_REQUEST | _words("previous_response_id conversation context_management"),
        is_body=True,
        source=f"{API}: CreateResponse; a stored `prompt` makes the count partial",
    ),
    "completions request": Node(
        counted={"prompt": "any", "input": "any", "suffix": "text"},
        free=_REQUEST,
        is_body=True,
        source=f"{API}: CreateCompletionRequest",
    ),
    "any message": Node(
        counted={"role": "word", "content": "text|content|[part]", "name": "text", "refusal": "text"},
        free=EVERYWHERE | {"weight"},
        source=f"{API}: ChatCompletionRequestMessage; `weight`: fine-tuning files",
    ),
    "assistant message": Node(
        counted={
            "role": "word",
            "content": "text|content|[part]",
            "name": "text",
            "refusal": "text",
            "tool_calls": "[tool call]",
            "function_call": "call",
            "audio": "any",
            "reasoning_content": "text",
            "reasoning": "text",
        },
        free=EVERYWHERE | {"weight", "reasoning_details"},
        source=f"{API}: ChatCompletionRequestAssistantMessage; reasoning: DeepSeek, OpenRouter, vLLM",
    ),
    "tool message": Node(
        counted={"role": "word", "content": "text|content|[part]", "name": "text"},
        free=EVERYWHERE | {"tool_call_id", "weight"},
        source=f"{API}: ChatCompletionRequestToolMessage",
    ),
    "content": Node(
        counted={"type": "word", "text": "text|value"},
        free=EVERYWHERE,
        source="an object in place of the text",
    ),
    "value": Node(
        counted={"value": "text"}, free=_words("annotations"), source=f"{API}: MessageContentTextObject"
    ),
    "text part": Node(
        counted={"text": "text|value"},
        free=EVERYWHERE | {"citations", "thoughtSignature"},
        repeats={"parsed": "text"},
        source=f"{API}: ChatCompletionRequestMessageContentPartText, InputTextContent, OutputTextContent; Anthropic "
        "does not bill the text of citations",
    ),
    "refusal part": Node(counted={"refusal": "text"}, free=EVERYWHERE, source=f"{API}: RefusalContent"),
    "media part": Node(
        counted=dict.fromkeys(
            (
                *("image_url", "image", "source", "input_audio", "audio", "file", "file_id", "file_url"),
                *("file_data", "filename", "data", "url", "uri", "format", "document_url", "document_name"),
            ),
            "any",
        ),
        free=EVERYWHERE | {"detail", "media_type", "mime_type", "mimeType", "mediaType"},
        source=f"{API}: image, audio and file parts; what cannot be counted of them makes the count partial",
    ),
    "thinking part": Node(
        counted={"thinking": "text"}, free=EVERYWHERE, source="reasoning as text, from other APIs"
    ),
    "other part": Node(
        counted={"text": "text|value"},
        free=EVERYWHERE | {"caller", "thoughtSignature"},
        source="a part of another type",
    ),
    "tool call": Node(
        counted={"function": "call", "custom": "custom call"},
        free=EVERYWHERE | {"server_name", "caller"},
        source=f"{API}: ChatCompletionMessageToolCall",
    ),
    "call": Node(
        counted={"name": "text", "arguments": "any"},
        free=EVERYWHERE,
        repeats={"parsed_arguments": "arguments"},
        source=f"{API}: function of a call",
    ),
    "custom call": Node(
        counted={"name": "text", "input": "any"}, free=EVERYWHERE, source=f"{API}: custom tool of a call"
    ),
    "function tool": Node(
        counted={"function": "function"},
        free=EVERYWHERE | {"name", "strict", "defer_loading"},
        source=f"{API}: ChatCompletionTool; a name next to the function costs nothing (1 recording)",
    ),
    "function": Node(
        counted={"name": "text", "description": "text", "parameters": "schema"},
        free=EVERYWHERE | {"function", "strict", "defer_loading"},
        source=f"{API}: FunctionObject, FunctionTool; Responses ignores a `function` next to a name (73 recordings)",
    ),
    "custom tool": Node(
        counted={"custom": "custom definition"}, free=EVERYWHERE, source=f"{API}: CustomToolChatCompletions"
    ),
    "custom definition": Node(
        counted={"name": "text", "description": "text", "format": "grammar"},
        free=EVERYWHERE | {"strict", "defer_loading"},
        source=f"{API}: CustomTool",
    ),
    "grammar": Node(
        counted={"definition": "text", "grammar": "grammar"},
        free=_words("type syntax"),
        source=f"{API}: CustomToolGrammar",
    ),
    "hosted tool": Node(
        free=EVERYWHERE
        | _words(
            """
            search_context_size user_location filters external_web_access vector_store_ids max_num_results
            ranking_options container display_width display_height environment require_approval server_label
            server_url connector_id allowed_tools authorization headers output_format output_compression quality
            size background partial_images moderation input_fidelity input_image_mask action execution
            search_content_types
            """
        )
        | OF_OTHER_TOOLS,
        source=f"{API}: tools that the API runs itself; their hidden text has rules of its own",
    ),
    "nested format": Node(
        counted={"json_schema": "flat format", "name": "text", "description": "text", "schema": "any"},
        free=_words("type strict"),
        source=f"{API}: ResponseFormatJsonSchema",
    ),
    "other format": Node(free=_words("type"), source=f"{API}: ResponseFormatText, ResponseFormatJsonObject"),
    "flat format": Node(
        counted={"name": "text", "description": "text", "schema": "any"},
        free=_words("type strict"),
        source=f"{API}: JSON schema of a format",
    ),
    "text format": Node(
        counted={"format": "format"}, free=_words("verbosity"), source=f"{API}: ResponseTextParam"
    ),
    "input message": Node(
        counted={"role": "word", "content": "text|content|[part]"},
        free=EVERYWHERE | {"phase"},
        source=f"{API}: EasyInputMessage, OutputMessage",
    ),
    "function_call": Node(
        counted={"name": "text", "arguments": "any"},
        free=EVERYWHERE | {"call_id", "namespace"},
        repeats={"parsed_arguments": "arguments"},
        source=f"{API}: FunctionToolCall",
    ),
    "custom_tool_call": Node(
        counted={"name": "text", "input": "any"},
        free=EVERYWHERE | {"call_id", "namespace"},
        source=f"{API}: CustomToolCall",
    ),
    "function_call_output": Node(
        counted={"output": "text|content|[part]"},
        free=EVERYWHERE | {"call_id"},
        source=f"{API}: FunctionCallOutputItemParam",
    ),
    "reasoning": Node(
        counted={"summary": "any", "content": "any", "encrypted_content": "any"},
        free=EVERYWHERE,
        source=f"{API}: ReasoningItem; its length is not known, which its rule reports",
    ),
    "additional_tools": Node(
        counted={"tools": "[named tool]"}, free=EVERYWHERE | {"role"}, source="tools offered by an input item"
    ),
    "chat answer": Node(
        counted={"choices": "[choice]"},
        free=AROUND
        | PARAMETERS
        | _words("system_fingerprint prompt_filter_results citations search_results warnings"),
        is_body=True,
        source=f"{API}: CreateChatCompletionResponse, CreateCompletionResponse",
    ),
    "responses answer": Node(
        counted={"output": "[output item]"},
        free=AROUND
        | PARAMETERS
        | _words(
            """
            instructions tools text prompt incomplete_details output_text completed_at content_filters billing
            tool_usage total_tokens
            """
        ),
        repeats={"output_parsed": "output"},
        is_body=True,
        source=f"{API}: Response; it repeats the request, and `output_text` repeats `output`",
    ),
    "choice": Node(
        counted={"message": "answer message", "text": "text"},
        free=EVERYWHERE
        | _words(
            """
            finish_reason finish_details stop_reason native_finish_reason matched_stop content_filter_results
            content_filter_offsets prompt_filter_results token_ids prompt_token_ids seed
            """
        ),
        source=f"{API}: choices of an answer",
    ),
    "answer message": Node(
        counted={
            "role": "word",
            "content": "text|content|[part]",
            "refusal": "text",
            "tool_calls": "[tool call]",
            "function_call": "call",
            "audio": "any",
            "reasoning_content": "text",
            "reasoning": "text",
        },
        free=EVERYWHERE | {"name", "reasoning_details", "provider_specific_fields", "phase"},
        repeats={"parsed": "content"},
        source=f"{API}: ChatCompletionResponseMessage; reasoning: DeepSeek, OpenRouter, vLLM (details repeat it)",
    ),
    "any item": Node(
        whole=True,
        source="items of other types: the rule for items names each type that it does not count",
    ),
}
"""Name of a kind of object → its fields."""
