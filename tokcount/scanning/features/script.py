"""The dominant script of a record's text, for reports that group by it.

Drift depends on the script more than on anything else: an encoding that was trained on little Chinese needs two to
three times as many tokens for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

SCRIPTS: Final = {
    "latin": "A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff",
    "greek": "\u0370-\u03ff\u1f00-\u1fff",
    "cyrillic": "\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f",
    "hebrew": "\u0590-\u05ff",
    "arabic": "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    "indic": "\u0900-\u0dff",
    "thai": "\u0e00-\u0e7f",
    "georgian": "\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f",
    "japanese": "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f",
    "korean": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "chinese": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
}
"""Script → its letters, as a regular-expression class. Han characters are Chinese unless there are kana as well."""

_LETTERS: Final = {name: re.compile(f"[{letters}]+") for name, letters in SCRIPTS.items()}
SAMPLE: Final = 4_000
"""Characters of a sample; a long text gives three: its beginning, middle and end."""


def dominant_script(texts: Iterable[str]) -> str:
    """The script of most letters of the texts; `none` for texts without letters of a known script.

    Long texts are sampled: the answer groups a report and changes no count. Japanese is written with Han characters
    and kana together, so Han with a tenth or more of kana is Japanese.
    """
    letters = dict.fromkeys(SCRIPTS, 0)
    for text in texts:
        sample = _sample(text)
        if sample.isascii():
            letters["latin"] += sum(map(len, _LETTERS["latin"].findall(sample)))
            continue
        for name, pattern in _LETTERS.items():
            letters[name] += sum(map(len, pattern.findall(sample)))
    if letters["japanese"] * 10 > letters["chinese"]:
        letters["japanese"] += letters.pop("chinese")
    script = max(letters, key=letters.__getitem__)
    return script if letters[script] else "none"


def _sample(text: str) -> str:
    if len(text) <= 3 * SAMPLE:
        return text
    middle = len(text) // 2
    return text[:SAMPLE] + text[middle : middle + SAMPLE] + text[-SAMPLE:]
