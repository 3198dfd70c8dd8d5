"""The bundled data in its two forms: the TOML files that people edit, and the JSON file that tokcount reads."""

from __future__ import annotations

from pathlib import Path

import build_catalog
import pytest

from tokcount.errors import MistakesError
from tokcount.models.catalog import DATA

SOURCE = "[sources]\nblog = 'a post'\n"
ENTRY = "encoding = 'o200k_base'\nencoding_basis = 'assumed'\nfamily = 'chat'\nendpoint = 'chat'\n"
CHECKED = "checked = 2026-01-01\nsources = ['blog']\n"


def test_the_json_file_is_up_to_date() -> None:
    written = (DATA / "catalog.json").read_bytes()

    assert build_catalog.build(DATA) == written, "run python tools/build_catalog.py"


def test_prices_keep_all_their_digits(tmp_path: Path) -> None:
    prices = "[[models.a.prices]]\ninput = 0.10\noutput = 1e-1\n"
    (tmp_path / "a.toml").write_text(f"{SOURCE}[models.a]\n{ENTRY}{CHECKED}{prices}", encoding="utf-8")

    assert b'"a": [{"name":"a","rates":{"input":"0.10","output":"0.1"}}]' in build_catalog.build(tmp_path)


def test_the_mistakes_of_all_files_are_listed(tmp_path: Path) -> None:
    first, second = tmp_path / "a.toml", tmp_path / "b.toml"
    first.write_text(f"{SOURCE}[models.a]\n{ENTRY}{CHECKED}", encoding="utf-8")
    second.write_text(
        f"[models.a]\n{ENTRY}{CHECKED}replacement = 'b'\n[models.c]\nencoding = 'o200k_base'\nfamily = 'chatt'\n"
        "[aliases]\nx = 'aa'\n[prefixes]\n'x/' = 'blog'\n'y/' = 'bloc'\n"
        f"[fine_tunes.'ft:a']\nbases = ['a', 'd']\n{CHECKED}prices = {{ input = 1, output = 1, sources = ['e'] }}\n",
        encoding="utf-8",
    )
    with pytest.raises(MistakesError) as error:
        build_catalog.build(tmp_path)

    assert list(error.value.lines) == [
        f"{second}:1: models.a: also in a.toml",
        f"{second}:8: models.a.replacement: 'b' is not defined. Known: a, c.",
        f"{second}:9: models.c: a bundled entry needs checked and sources",
        f"{second}:9: models.c: a bundled model needs encoding, encoding_basis, family and endpoint",
        f"{second}:11: models.c.family: 'chatt' is not defined. Did you mean chat?",
        f"{second}:13: aliases.x: 'aa' is not defined. Did you mean a?",
        f"{second}:16: prefixes.\"y/\": 'bloc' is not defined. Did you mean blog?",
        f"{second}:18: fine_tunes.\"ft:a\".bases: 'd' is not defined. Known: a, c.",
        f"{second}:21: fine_tunes.\"ft:a\".prices[0].sources: 'e' is not defined. Known: blog.",
    ]
