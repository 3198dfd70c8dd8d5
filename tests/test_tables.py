"""Input tables: read from TOML or JSON, checked as a whole, every mistake with its line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import pytest

from tokcount import tables
from tokcount.errors import UsageError


class Price(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    input: Decimal
    start: date | None = msgspec.field(name="from", default=None)
    end: date | None = msgspec.field(name="to", default=None)

    def __post_init__(self) -> None:
        if self.start and self.end and self.end <= self.start:
            raise ValueError(f"to = {self.end} is not after from = {self.start}")


class Model(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    encoding: Literal["cl100k_base", "o200k_base"] | None = None
    window: Annotated[int, msgspec.Meta(gt=0, description="a number of tokens")] | None = None
    share: Annotated[float, msgspec.Meta(le=1)] = 1
    is_open: bool = False
    prices: Price | list[Price] | None = None
    names: tuple[str, ...] = ()


class File(msgspec.Struct, forbid_unknown_fields=True):
    models: dict[str, Model] = {}


def read(tmp_path: Path, text: str, name: str = "prices.toml") -> File:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return tables.convert(tables.load(path, "prices file", parse_float=Decimal), File)


def test_a_file_becomes_a_struct(tmp_path: Path) -> None:
    text = "[models.a]\nencoding = 'o200k_base'\nprices = { input = 1.10, from = 2026-01-01 }"

    price = Price(input=Decimal("1.10"), start=date(2026, 1, 1))
    assert read(tmp_path, text) == File({"a": Model(encoding="o200k_base", prices=price)})


def test_json_is_read_by_its_ending(tmp_path: Path) -> None:
    text = '\ufeff{"models": {"a": {"prices": [{"input": 0.1, "from": "2026-01-01"}]}}}'

    price = Price(input=Decimal("0.1"), start=date(2026, 1, 1))
    assert read(tmp_path, text, "prices.json") == File({"a": Model(prices=[price])})


def test_a_table_inside_the_file_can_be_read_alone(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text("[tool.other]\nx = 1\n[tool.tokcount]\nmodls = 1\n", encoding="utf-8")

    with pytest.raises(UsageError) as error:
        tables.convert(tables.load(path), File, at=("tool", "tokcount"))
    assert str(error.value) == f"{path}:4: tool.tokcount.modls: no such key. Did you mean models?"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("modles = {}", 1, "modles: no such key. Did you mean models?"),
        ("models = 3", 1, "models: a table was expected, not 3"),
        ("[models]\n\nx = 3", 3, "models.x: a table was expected, not 3"),
        ("[models.x]\nencodng = ''", 2, "models.x.encodng: no such key. Did you mean encoding?"),
        ("[models.x]\nzzz = ''", 2, "models.x.zzz: no such key. Known: encoding, window,"),
        ("[models.x]\nencoding = 'o20k_base'", 2, "'o20k_base' is not known. Did you mean o200k_base"),
        ("[models.x]\nencoding = 7", 2, "models.x.encoding: 7 is not known. Known: cl100k_base, o200k_base."),
        ("[models.x]\nwindow = 0", 2, "models.x.window: a number of tokens was expected, not 0"),
        ("[models.x]\nwindow = 'x'", 2, "models.x.window: a number of tokens was expected, not 'x'"),
        ("[models.x]\nshare = 2.5", 2, "models.x.share: expected `float` <= 1"),
        ("[models.x]\nis_open = 'yes'", 2, "models.x.is_open: true or false was expected, not 'yes'"),
        ("[models.x]\nnames = 1", 2, "models.x.names: a list was expected, not 1"),
        ("[models.x]\nnames = [\n'a',\n1]", 4, "models.x.names[1]: a string was expected, not 1"),
        ("[models.x]\nprices = 'low'", 2, "models.x.prices: a table was expected, not 'low'"),
        (
            "[models.x]\nprices = { input = true }",
            2,
            "models.x.prices.input: a number was expected, not true",
        ),
        ("[models.x]\n[[models.x.prices]]", 2, "models.x.prices[0].input: missing"),
        ("[models.'1.5'.prices]\ninput=1\nfrom='soon'", 3, "a day like 2026-01-31 was expected, not 'soon'"),
        (
            "[models.'1.5'.prices]\ninput=1\nfrom=2026-02-01\nto=2026-01-01",
            1,
            'models."1.5".prices: to = 2026-01-01 is not after from = 2026-02-01',
        ),
    ],
)
def test_a_mistake_is_reported_with_line_and_key(tmp_path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(UsageError) as error:
        read(tmp_path, text)

    assert str(error.value).startswith(f"{tmp_path / 'prices.toml'}:{line}: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_all_mistakes_of_a_file_are_listed_in_its_order(tmp_path: Path) -> None:
    text = """\
[models.b]
window = -1
[models.a]
encodng = 1
[[models.a.prices]]
[[models.a.prices]]
input = "x"
to = 1
"""
    with pytest.raises(UsageError) as error:
        read(tmp_path, text)

    path = tmp_path / "prices.toml"
    assert str(error.value).splitlines() == [
        f"{path}:2: models.b.window: a number of tokens was expected, not -1",
        f"{path}:4: models.a.encodng: no such key. Did you mean encoding?",
        f"{path}:5: models.a.prices[0].input: missing",
        f"{path}:7: models.a.prices[1].input: a number was expected, not 'x'",
        f"{path}:8: models.a.prices[1].to: a day like 2026-01-31 was expected, not 1",
    ]


def test_a_mistake_that_only_the_caller_sees_gets_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("x = 1\n[aliases]\na = 'b'\n", encoding="utf-8")
    error = tables.load(path).error([tables.Mistake(("aliases", "a"), "unknown model 'b'")])

    assert str(error) == f"{path}:3: aliases.a: unknown model 'b'"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xe4", "the prices file cannot be read: it is not UTF-8"),
        (b"a = ", "not readable as TOML: "),
        (b"a = 1\na = 2", "not readable as TOML: "),
    ],
)
def test_a_file_that_cannot_be_parsed_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "prices.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError) as error:
        tables.load(path, "prices file")
    assert str(error.value).startswith(f"{path}: {message}")


def test_a_missing_file_and_a_list_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the prices file cannot be read: No such file"):
        tables.load(tmp_path / "missing.toml", "prices file")
    with pytest.raises(UsageError, match="a prices file must be a table of keys and values"):
        read(tmp_path, "[]", "list.json")
    with pytest.raises(UsageError, match="not readable as JSON"):
        read(tmp_path, "[" * 100_000, "deep.json")
