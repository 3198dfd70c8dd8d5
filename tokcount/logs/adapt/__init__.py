"""The kit that log formats are written with: everything a format needs, under one name.

    from tokcount.logs import adapt

    class AcmeLog(adapt.LogFormat): ...

See docs/extend/log-format.md for a walk-through. What is here:

- the interface: `LogFormat`, `GroupedLogFormat` with `Session`, `DatabaseFormat`, `Rank`, `Location`, `Item`
- the results: `body_record`, `call_record`, `prompt_record` and `conversation_records` build records,
  `skipped` says why there is none
- what a log says about a call: `CallMetadata`, `metadata_from`, `metadata_around`, `tags_from`, `usage_from`
- bodies: `body_of`, `answer_of`, `assemble` (streams), `exchange` (recorded HTTP), `chat_answer`, `text_answer`
- messages: `messages_of_blocks` (content of other APIs), `carried` (fields of unknown meaning),
  `tool_call`, `tools_of`, `prompt_of`, `chat_messages` (LangChain), `request_in`, `response_in`
- single values, read without raising: `text`, `number`, `money`, `truth`, `timestamp`, `label`, `decoded`, `dig`
"""

from __future__ import annotations

from tokcount.logs.accounting.contradiction import with_echo
from tokcount.logs.accounting.tables import PROMPT_NAMES
from tokcount.logs.adapt.answers import (
    ANSWER_KEYS,
    answer_in,
    answer_of,
    is_answer_body,
    response_kind,
)
from tokcount.logs.adapt.assemble import Assembly, assemble, assemble_text, is_text_chunk
from tokcount.logs.adapt.blocks import content_of, messages_of_blocks
from tokcount.logs.adapt.calls import (
    MOST_OPEN,
    Place,
    Turn,
    TurnsSession,
    call_record,
    conversation_records,
    request_in,
    response_in,
    wrappers,
)
from tokcount.logs.adapt.envelope import (
    body_of,
    exchange,
    has_roles,
    served_model,
    text_of_base64,
    text_of_bytes,
)
from tokcount.logs.adapt.messages import (
    carried,
    chat_answer,
    chat_message,
    chat_messages,
    compact,
    messages_by_role,
    nested_tool,
    prompt_of,
    text_answer,
    tool_call,
    tools_of,
)
from tokcount.logs.adapt.metadata import (
    NAMES,
    URL_KEYS,
    CallMetadata,
    MetadataTable,
    has_meaning,
    metadata_around,
    metadata_from,
    nested_usage,
    tags_from,
)
from tokcount.logs.adapt.record_builder import (
    body_record,
    failure,
    failure_of_row,
    prompt_record,
    request_kind,
    skipped,
    text_record,
)
from tokcount.logs.adapt.requests import (
    CONVERSATION_KEYS,
    HISTORY_KEYS,
    SYSTEM_KEYS,
    begins_conversation,
    messages_in,
    shaped,
)
from tokcount.logs.adapt.usage import (
    BODY_USAGE,
    UsageTable,
    body_usage,
    kind_of_call,
    kind_of_url,
    usage_from,
)
from tokcount.logs.adapt.vendors import deployment_of, is_completions_model, logged_tier
from tokcount.logs.adapt.yaml_text import Document
from tokcount.logs.format import (
    ANY_CONTAINER,
    JSON_ONLY,
    ROWS_ONLY,
    Container,
    DatabaseFormat,
    GroupedLogFormat,
    Item,
    Location,
    LogFormat,
    Rank,
    Row,
    RunInfo,
    Session,
)
from tokcount.logs.record import DUPLICATE, Kind, Record, Skipped, SkipReason, Usage
from tokcount.logs.scalars import (
    Among,
    Json,
    could_be_text,
    decoded,
    decoded_list,
    decoded_object,
    dig,
    first,
    label,
    money,
    number,
    objects,
    text,
    timestamp,
    truth,
    unquoted,
)

__all__ = [
    "ANSWER_KEYS",
    "ANY_CONTAINER",
    "BODY_USAGE",
    "CONVERSATION_KEYS",
    "DUPLICATE",
    "HISTORY_KEYS",
    "JSON_ONLY",
    "MOST_OPEN",
    "NAMES",
    "PROMPT_NAMES",
    "ROWS_ONLY",
    "SYSTEM_KEYS",
    "URL_KEYS",
    "Among",
    "Assembly",
    "CallMetadata",
    "Container",
    "DatabaseFormat",
    "Document",
    "GroupedLogFormat",
    "Item",
    "Json",
    "Kind",
    "Location",
    "LogFormat",
    "MetadataTable",
    "Place",
    "Rank",
    "Record",
    "Row",
    "RunInfo",
    "Session",
    "SkipReason",
    "Skipped",
    "Turn",
    "TurnsSession",
    "Usage",
    "UsageTable",
    "answer_in",
    "answer_of",
    "assemble",
    "assemble_text",
    "begins_conversation",
    "body_of",
    "body_record",
    "body_usage",
    "call_record",
    "carried",
    "chat_answer",
    "chat_message",
    "chat_messages",
    "compact",
    "content_of",
    "conversation_records",
    "could_be_text",
    "decoded",
    "decoded_list",
    "decoded_object",
    "deployment_of",
    "dig",
    "exchange",
    "failure",
    "failure_of_row",
    "first",
    "has_meaning",
    "has_roles",
    "is_answer_body",
    "is_completions_model",
    "is_text_chunk",
    "kind_of_call",
    "kind_of_url",
    "label",
    "logged_tier",
    "messages_by_role",
    "messages_in",
    "messages_of_blocks",
    "metadata_around",
    "metadata_from",
    "money",
    "nested_tool",
    "nested_usage",
    "number",
    "objects",
    "prompt_of",
    "prompt_record",
    "request_in",
    "request_kind",
    "response_in",
    "response_kind",
    "served_model",
    "shaped",
    "skipped",
    "tags_from",
    "text",
    "text_answer",
    "text_of_base64",
    "text_of_bytes",
    "text_record",
    "timestamp",
    "tool_call",
    "tools_of",
    "truth",
    "unquoted",
    "usage_from",
    "with_echo",
    "wrappers",
]
