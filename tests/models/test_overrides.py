"""The user's own prices: laid over the bundled ones in order, every mistake named with its file and key."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokcount.errors import UsageError
from tokcount.models import export, overrides, pricing
from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog, default
from tokcount.models.override_entries import KeyedError, read_entries

DAY = date(2026, 11, 22)


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(tmp_path / "config")}


def load(tmp_path: Path, text: str, name: str = "prices.toml") -> Catalog:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return overrides.with_file(default(), path)


def input_price(catalog: Catalog, name: str, day: date = DAY) -> str:
    price = pricing.price(name, day, None, catalog)
    assert price is not None
    return str(price.rates.input)


def test_the_order_is_option_file_environment_configuration_bundled(
    tmp_path: Path, home: dict[str, str]
) -> None:
    def entry(name: str, *models: str) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [f'"{model}" = {{ input = "{len(models)}", output = "1" }}' for model in models]
        path.write_text("[prices]\n" + "\n".join(lines), encoding="utf-8")
        return str(path)

    models = ("gpt-4", "gpt-4o", "gpt-5", "o1", "o3")
    entry("config/tokcount/prices.toml", *models[:4])
    environment = {**home, overrides.ENVIRONMENT: entry("environment.toml", *models[:3])}
    files = [entry("first.toml", *models[:2]), entry("second.toml", *models[:1])]
    catalog = overrides.effective(["gpt-4=7,7"], files, environment)

    assert [input_price(catalog, model) for model in models] == ["7", "2", "3", "4", "2"]
    assert input_price(default(), "o3") == "2"


def test_an_option_may_have_a_cached_price(home: dict[str, str]) -> None:
    catalog = overrides.effective(["My-Model=2.5,10,0.25"], (), home)
    price = pricing.price("my-model", DAY, None, catalog)

    assert price is not None
    assert price.rates.cached_input == Decimal("0.25")
    assert price.row.basis == "user"
    assert price.origin == "my-model row, user"


@pytest.mark.parametrize("option", ["gpt-4o", "gpt-4o=1", "=1,2", "gpt-4o=1,2,3,4", "gpt-4o="])
def test_a_malformed_option_shows_the_form(option: str) -> None:
    with pytest.raises(UsageError, match=r"write MODEL=INPUT,OUTPUT\[,CACHED\] in USD per 1M tokens"):
        overrides.parse_price_option(option)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("m=a,2", "input: 'a' is not a price"),
        ("m=1,-2", "output: -2 is not between 0 and"),
        ("m=1,2,nan", "cached: nan is not between 0 and"),
        ("m=1,2,inf", "cached: inf is not between 0 and"),
        ("m=1,0.1234567", "output: 0.1234567 has more than 6 decimals"),
    ],
)
def test_a_wrong_amount_is_named(option: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        overrides.parse_price_option(option)


def test_a_file_adds_deployments_models_aliases_and_prices(tmp_path: Path) -> None:
    catalog = load(
        tmp_path,
        """
        [aliases]
        my-prod = "azure/gpt-35-turbo"
        tuned = "ft:gpt-4o-mini-2024-07-18:acme::abc"
        [encodings]
        local = "cl100k_base"
        gpt-6-sol = "o200k_harmony"
        [models.My-GPT4]
        base = "gpt-4o"
        [models.other]
        encoding = "o200k_base"
        family = "gpt5"
        context_window = 10_000
        shutdown_date = 2027-01-01
        [[models.other.prices]]
        from = 2026-01-01
        to = "2026-06-01"
        input = 1.5
        output = "3"
        cached_input = "0.1"
        cache_write = 2
        [[models.other.prices]]
        from = 2026-06-01
        input = 1
        output = 2
        batch = { input = "0.4", output = "0.9" }
        long = { threshold = 1000, input = 2, output = 3 }
        note = "negotiated"
        """,
    )

    assert names.resolve("my-prod", catalog).model.name == "gpt-3.5-turbo"
    assert names.resolve("tuned", catalog).price_name == "ft:gpt-4o-mini-2024-07-18"
    assert names.resolve("local", catalog).model.encoding_basis == "user"
    assert names.resolve("gpt-6-sol", catalog).model.context_window == 1_050_000
    assert names.resolve("gpt-6-sol", catalog).model.encoding == "o200k_harmony"
    assert input_price(catalog, "my-gpt4", date(2024, 6, 1)) == "5"
    assert names.resolve("other", catalog).model.family == "gpt5"
    assert input_price(catalog, "other", date(2026, 2, 1)) == "1.5"
    price = pricing.price("azure/other", DAY, "batch", catalog)
    assert price is not None
    assert (str(price.rates.input), str(price.rates.output)) == ("0.4", "0.9")
    assert pricing.cost(price, 1001, 0).input == Decimal("0.001001")


def test_a_period_of_the_user_leaves_the_other_days_to_the_bundled_rows(tmp_path: Path) -> None:
    catalog = load(tmp_path, '[prices]\ngpt-4o = { from = 2026-01-01, input = "1", output = "1" }')

    assert input_price(catalog, "gpt-4o") == "1"
    assert input_price(catalog, "gpt-4o", date(2025, 1, 1)) == "2.5"


def test_json_is_read_as_exactly_as_toml(tmp_path: Path) -> None:
    document = '{"schema": 1, "prices": {"gpt-4o": [{"input": 0.000001, "output": "0.1"}]}}'

    assert input_price(load(tmp_path, document, "prices.json"), "gpt-4o") == "0.000001"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("modles = {}", "modles: no such key. Did you mean models"),
        (
            "zzz = 1",
            "zzz: no such key. Known: schema, data_version, as_of, models, aliases, encodings, prices",
        ),
        ("models = 3", "models: a table was expected"),
        ("[models]\nx = 3", "models.x: a table was expected"),
        ("[models.x]\nencodng = 'o200k_base'", "models.x.encodng: no such key. Did you mean encoding"),
        (
            "[models.x]\nfamily = 'chat'",
            "models.x.encoding: missing; a new model needs an encoding or a base",
        ),
        ("[models.x]\nencoding = 'o300k'", "models.x.encoding: 'o300k' is none of r50k_base, p50k_base"),
        ("[models.x]\nbase = 'gpt-7'", "models.x.base: unknown model 'gpt-7'"),
        ("[models.gpt-4o]\nfamily = 'chatty'", "models.gpt-4o.family: 'chatty' is none of 0301, chat"),
        ("[models.gpt-4o]\ncontext_window = 0", "models.gpt-4o.context_window: 0 is not a number of tokens"),
        ("[models.gpt-4o]\nshutdown_date = 'soon'", "models.gpt-4o.shutdown_date: 'soon' is not a day"),
        ("[models.gpt-4o]\nnote = ''", "models.gpt-4o.note: a text was expected"),
        ("[models.gpt-4o]\nprices = []", "models.gpt-4o.prices: at least one price was expected"),
        ("[models.gpt-4o]\nprices = [{ input = '1' }]", "models.gpt-4o.prices[0].output: missing"),
        ("[prices]\ngpt-4o = { input = '1', output = -1 }", "prices.gpt-4o.output: -1 is not between"),
        ("[prices]\ngpt-4o = { input = true, output = 1 }", "prices.gpt-4o.input: True is not a price"),
        (
            "[prices]\ngpt-4o = { input = 1, output = 1, long = { threshold = 'x', input = 1, output = 1 } }",
            "prices.gpt-4o.long.threshold: 'x' is not a number of tokens",
        ),
        (
            "[prices]\ngpt-4o = { input = 1, output = 1, batch = { input = 1 } }",
            "prices.gpt-4o.batch.output: missing",
        ),
        (
            "[prices]\ngpt-4o = { input = 1, output = 1, from = 2026-01-01T00:00:00 }",
            "prices.gpt-4o.from: 2026-01-01 00:00:00 is not a day; write 2026-01-31",
        ),
        (
            "[prices]\ngpt-4o = { input = 1, output = 1, from = 2026-02-01, to = 2026-01-01 }",
            "prices.gpt-4o.to: 2026-01-01 is not after from = 2026-02-01",
        ),
        (
            "[[prices.gpt-4o]]\ninput = 1\noutput = 1\n[[prices.gpt-4o]]\nfrom = 2026-01-01\ninput = 1\noutput = 1",
            "prices.gpt-4o: periods overlap at 2026-01-01",
        ),
        ("[aliases]\na = 'gpt-7'", "aliases.a: unknown model 'gpt-7'"),
        ("[aliases]\na = 'b'\nb = 'a'", "aliases.a: 'b' leads back to itself"),
        ("[encodings]\na = 7", "encodings.a: 7 is none of"),
        ("a = ", "not readable as TOML"),
    ],
)
def test_a_mistake_is_one_line_with_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        load(tmp_path, text)

    assert str(error.value).startswith(f"{tmp_path / 'prices.toml'}: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing\.toml: the prices file cannot be read: No such file"):
        overrides.with_file(default(), tmp_path / "missing.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \xe4")
    with pytest.raises(UsageError, match="it is not UTF-8"):
        overrides.with_file(default(), tmp_path / "latin.toml")
    with pytest.raises(UsageError, match="a prices file is a table"):
        load(tmp_path, "[]", "list.json")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
sections = st.sampled_from(["models", "aliases", "encodings", "prices"])
names_known = st.sampled_from(["gpt-4o", "x", "input", "output", "prices", "base", "from", "batch", "long"])
entries = st.dictionaries(names_known, json_values | st.dictionaries(names_known, json_values), max_size=3)


@given(st.dictionaries(sections, st.dictionaries(names_known, entries | json_values, max_size=2), max_size=3))
def test_any_document_is_read_or_refused(document: dict[str, object]) -> None:
    with suppress(KeyedError):
        read_entries(json.loads(json.dumps(document)), default(), "x")


def test_an_exported_file_reads_back_to_the_same_prices(tmp_path: Path) -> None:
    asked = ["gpt-4o", "gpt-5.6-sol", "gpt-3.5-turbo-1106", "ft:gpt-4o-2024-08-06:a::b", "code-davinci-002"]
    catalog = load(tmp_path, export.export(asked))

    for name in ("gpt-4o", "gpt-5.6-sol", "gpt-3.5-turbo-1106", "code-davinci-002"):
        exported, bundled = catalog.price_layers(name)
        assert [(row.start, row.end, row.rates, row.batch, row.long) for row in exported] == [
            (row.start, row.end, row.rates, row.batch, row.long) for row in bundled
        ]
    assert names.resolve("gpt-4o", catalog).model.encoding == "o200k_base"


def test_the_template_holds_what_is_priced_today(tmp_path: Path) -> None:
    text = export.export()

    assert '[models."gpt-6-luna"]' in text
    assert "text-davinci-003" not in text
    assert input_price(load(tmp_path, text), "gpt-6-luna") == "0.1"
