"""Texts that tokenizers have been wrong about, and strategies for more of them."""

from hypothesis import settings
from hypothesis import strategies as st

patient = settings(deadline=None)
"""For tests whose first example loads vocabularies."""

NASTY = {
    "empty": "",
    "space": " ",
    "contractions": "It's DON'T we'LL they've I'm you'd 's 't 'RE",
    "long s contraction": "it'ſ IT'ſ 'ſ ſ",
    "curly apostrophe": "it’s l’été",
    "special tokens": "<|endoftext|> <|im_start|>system<|im_end|><|fim_prefix|><|endofprompt|>",
    "invented special tokens": "<|think|>a<|/think|><|python_tag|><|reserved_200000|><|>",
    "half a special token": "<|endoftext <| |> <||>",
    "lone high surrogate": "a\ud800b",
    "lone low surrogate": "\udc00",
    "surrogate pair": "\ud83d\ude00 joined by the repair",
    "reversed pair": "\ude00\ud83d",
    "combining marks": "e\u0301 a\u0300\u0301\u0302 \u0301alone",
    "joined emoji": "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪👍🏽",
    "hindi": "हिन्दी में लिखा हुआ वाक्य।",
    "thai": "ภาษาไทยไม่มีช่องว่าง",
    "arabic": "اللغة العربية، من اليمين.",
    "chinese": "請寫一首關於秋天的詩：秋風起。落葉黃。",
    "japanese": "東京の秋は「美しい」。ー々ヽ",
    "korean": "안녕하세요. 반갑습니다!",
    "title case letters": "ǅenan ǈubav ᾈ",
    "modifier letters": "ʰa ˈstress ⁿ ᵃ",
    "numbers": "1234567 ²³ Ⅷ ½ ٣٤٥ १२३ 1,234.56",
    "separators": "a\x1cb\x1d c\x1e\x1f d\x00e\x7f\x80",
    "exotic white space": "a\x0bb\x0cc\x85d\xa0e\u2028f\u2029g\u3000h\u202f\u205f\u1680\u180e\u200b",
    "line ends": "a\nb\r\nc\rd\n\re\n\n\n\nf",
    "slash after line end": "a\n/b //c\n\n// d\n/\n",
    "trailing spaces": "a  \n  b \t\n\t c   ",
    "trailing newlines": "a\n\n\n",
    "leading newlines": "\n\n\n a",
    "code with spaces": "def f(x):\n    if x:\n        return x\n\n    # done\n\n\ndef g():\n  pass\n",
    "code with tabs": "func f() {\n\tif x {\n\t\treturn\n\t}\n}\n",
    "json": '{\n  "a": [1, 2.5, null],\n  "b": {"c": "\\u00e9"}\n}',
    "markdown": "# Title\n\n- one\n- two\n  - three\n\n| a | b |\n|---|---|\n\n```py\nx\n```\n",
    "camel case": "getHTTPResponseCode XMLHttpRequest iPhone McDonald",
    "base64": "aGVsbG8gd29ybGQ9PQabZ19+/" * 4,
    "url": "https://example.org/a/b?c=d&e=f#g%20h",
    "punctuation": "!!!???...---===***~~~///\\\\\\___",
    "punctuation and line ends": "end.\n\nnext!\n?\r\n;\n/",
    "new letters": "\U0001df00\U00010ec2\U000105c0\u0870\ua7cb",
    "private use": "\ue000\U000f0000\U0010ffff\ufffd\ufeff",
    "sentences": "One here. Two there.  Three  spaces. . . Four.\nFive. ",
    "dense sentences": "我们。你们。他们说「好」。a。1。。end。",
}
"""Name → text."""

FRAGMENTS = (
    *(
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        " ",
        "  ",
        "    ",
        "\t",
        "\u3000",
        "\xa0",
        "\x85",
        "\x0b",
        "\x1c",
        "\u2028",
    ),
    *("a", "B", "foo", "Bar's", "'ſ", "1", "234", "é", "\u0301", "ß", "İ", "ǅ", "ʰ", "²", "ก", "्", "한"),
    *("/", "//", ".", ". ", ".\n", "/\n", ",", "!", "_", "-", "{", "}", "。", "。\n", "，", "」"),
    *("中", "文", "あ", "ー", "😀", "\u200d", "<|endoftext|>", "<|", "\x00", "\ud800", "\udc00"),
)
"""Where patterns decide, in pieces to be put together."""

patchwork = st.lists(st.sampled_from(FRAGMENTS), max_size=24).map("".join)
repeated = st.tuples(patchwork, st.integers(2, 4)).map(lambda pair: pair[0] * pair[1])
any_text = st.text(st.characters(exclude_categories=()), max_size=40)
texts = st.one_of(patchwork, repeated, any_text)
"""Texts with and without repetition, lone surrogates included."""
