"""Folders of models with a tokenizer of a few words, in the format of Hugging Face."""

import json
from pathlib import Path
from typing import Any

_ADDED = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
TEMPLATE = """\
{{ bos_token }}
{%- for message in messages %}
{{- '<start>' + message.role + ' ' + message.content + '<end>' }}
{%- for call in message.tool_calls or [] %}
{{- call.function.arguments.city }}
{%- endfor %}
{%- endfor %}
{%- for tool in tools or [] %}{{ tool | tojson }}{% endfor %}
{%- if add_generation_prompt %}{{ '<start>assistant' }}{% endif %}"""


def tokenizer_json(**more: Any) -> str:
    """Words and punctuation are tokens; a text is cut off after two of them where the file says so."""
    words = (
        "[UNK]",
        "one",
        "two",
        "<",
        "end",
        ">",
        "<end>",
        "<tool>",
        "tool",
        "<start>",
        "user",
        "assistant",
    )
    special = [
        {"id": place, "content": word, "special": word != "<tool>", **_ADDED}
        for place, word in enumerate(words)
        if word in ("<end>", "<start>", "<tool>")
    ]
    content = {
        "version": "1.0",
        "truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0},
        "padding": None,
        "added_tokens": special,
        "normalizer": None,
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "WordLevel",
            "vocab": {word: place for place, word in enumerate(words)},
            "unk_token": "[UNK]",
        },
    }
    return json.dumps({**content, **more})


def write_model(folder: Path, template: str | None = TEMPLATE, **config: Any) -> str:
    """A model with this chat template in its configuration; returns its name."""
    (folder / "tokenizer.json").write_text(tokenizer_json(), encoding="utf-8")
    chat = {"bos_token": {"content": "<start>"}, "chat_template": template, **config}
    (folder / "tokenizer_config.json").write_text(json.dumps(chat), encoding="utf-8")
    return str(folder)
