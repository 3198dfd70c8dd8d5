"""The user's own prices: which file wins, and every mistake reported with file, line and key."""

from __future__ import annotations

import json
import tempfile
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
from tokcount.models.price_rows import Tier

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


def test_an_alias_says_which_model_a_name_is_with_any_prefix_and_in_any_case() -> None:
    mine = {"Prod": "gpt-4", "team-*": "gpt-4o", "gpt-5": "gpt-5.1"}
    catalog = overrides.effective(environment={}, aliases=mine)

    assert names.resolve("azure/PROD", catalog).model.name == "gpt-4"
    assert names.resolve("team-7/chat", catalog).steps[0] == "alias team-* → gpt-4o"
    assert names.resolve("gpt-5", catalog).model.name == "gpt-5.1"
    assert names.resolve("azure/gpt-4o-mini", catalog).model.name == "gpt-4o-mini"


@pytest.mark.parametrize(
    ("aliases", "problem"),
    [
        ({"mine": "gpt4"}, "unknown model 'gpt4'. Did you mean gpt-4, gpt-4o?"),
        ({"mine": "b", "b": "mine"}, "leads back to itself"),
        ({"mine": "o200k_base"}, "unknown model 'o200k_base'."),
    ],
)
def test_an_alias_that_leads_nowhere_is_an_error(aliases: dict[str, str], problem: str) -> None:
    with pytest.raises(UsageError) as error:
        overrides.effective(environment={}, aliases=aliases)

    assert str(error.value) == f"alias 'mine': {problem}"
    assert error.value.command_line == f"--alias mine={aliases['mine']}: {problem}"


@pytest.mark.parametrize("option", ["mine", "=gpt-4", "mine="])
def test_an_alias_needs_a_name_and_a_model(option: str) -> None:
    with pytest.raises(UsageError, match="write NAME=MODEL, such as my-deployment=gpt-4o"):
        overrides.parse_alias_option(option)


def test_a_prefix_of_the_users_can_have_a_factor_and_a_suffix_a_fee(tmp_path: Path) -> None:
    catalog = load(
        tmp_path,
        """
        [prefixes]
        "gw/" = "our gateway"
        [prefixes."eu/"]
        factors = [{ models = ["gpt-4o"], times = 1.5 }]
        [suffixes.":logged"]
        low = "the fee of the archive"
        """,
    )

    assert input_price(catalog, "gw/eu/gpt-4o") == "3.75"
    assert names.find("gpt-4o:logged", catalog) is not None
    price = pricing.price("gpt-4o:logged", DAY, None, catalog)
    assert price is not None
    assert price.low == ("the fee of the archive",)


def test_a_model_of_the_users_takes_precedence_over_a_bundled_alias_of_its_name(tmp_path: Path) -> None:
    catalog = load(tmp_path, '[models."gpt-5-chat"]\nencoding = "cl100k_base"')

    assert names.resolve("gpt-5-chat", catalog).model.encoding == "cl100k_base"


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
        ("m=a,2", "input: a price in USD per 1M tokens was expected, not 'a'"),
        ("m=1,-2", "output: -2 is not between 0 and"),
        ("m=1,2,nan", "cached: a price in USD per 1M tokens was expected, not 'nan'"),
        ("m=1,2,inf", "cached: a price in USD per 1M tokens was expected, not 'inf'"),
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
        tiers.priority = { multiplier = 2.5 }
        regional = 1.1
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
    assert price.rates_for(1001).input == 1
    urgent = pricing.price("azure/other", DAY, "priority", catalog, region="eu")
    assert urgent is not None
    assert (urgent.rates.output, urgent.rates_for(1001).output) == (5, Decimal("7.5"))
    assert urgent.regional == Decimal("1.1")


def test_a_period_of_the_user_leaves_the_other_days_to_the_bundled_rows(tmp_path: Path) -> None:
    catalog = load(tmp_path, '[prices]\ngpt-4o = { from = 2026-01-01, input = "1", output = "1" }')

    assert input_price(catalog, "gpt-4o") == "1"
    assert input_price(catalog, "gpt-4o", date(2025, 1, 1)) == "2.5"


def test_json_is_read_as_exactly_as_toml(tmp_path: Path) -> None:
    document = '{"schema": 1, "prices": {"gpt-4o": [{"input": 0.000001, "output": "0.1"}]}}'

    assert input_price(load(tmp_path, document, "prices.json"), "gpt-4o") == "0.000001"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("modles = {}", 1, "modles: no such key. Did you mean models"),
        (
            "zzz = 1",
            1,
            "zzz: no such key. Known: vendor, sources, prefixes, suffixes, explained, aliases, encodings, models",
        ),
        ("models = 3", 1, "models: a table was expected"),
        ("[models]\nx = 3", 2, "models.x: a table was expected"),
        ("[models.x]\nencodng = 'o200k_base'", 2, "models.x.encodng: no such key. Did you mean encoding"),
        (
            "[models.x]\nfamily = 'chat'",
            1,
            "models.x.encoding: missing; a new model needs an encoding or a base",
        ),
        (
            "[models.x]\nencoding = 'o200k'",
            2,
            "models.x.encoding: 'o200k' is not known. Did you mean o200k_base",
        ),
        ("[models.x]\nbase = 'gpt-7'", 2, "models.x.base: unknown model 'gpt-7'"),
        (
            "[models.gpt-4o]\nfamily = 'chatty'",
            2,
            "models.gpt-4o.family: 'chatty' is not known. Did you mean chat",
        ),
        (
            "[models.gpt-4o]\ncontext_window = 0",
            2,
            "gpt-4o.context_window: a number of tokens was expected, not 0",
        ),
        (
            "[models.gpt-4o]\nshutdown_date = 'soon'",
            2,
            "shutdown_date: a day like 2026-01-31 was expected, not 'soon'",
        ),
        (
            "[models.gpt-4o]\nnote = ''",
            2,
            "models.gpt-4o.note: a text that is not empty was expected, not ''",
        ),
        ("[models.gpt-4o]\nprices = []", 2, "models.gpt-4o.prices: expected `array` of length >= 1"),
        ("[models.gpt-4o]\nprices = [{ input = '1' }]", 2, "models.gpt-4o.prices[0].output: missing"),
        ("[prices]\ngpt-4o = { input = '1', output = -1 }", 2, "prices.gpt-4o.output: -1 is not between"),
        (
            "[prices]\ngpt-4o = { input = true, output = 1 }",
            2,
            "prices.gpt-4o.input: a price in USD per 1M tokens was expected, not true",
        ),
        (
            "[prices]\ngpt-4o = { input = 1, output = 1, long = { threshold = 'x', input = 1, output = 1 } }",
            2,
            "prices.gpt-4o.long.threshold: a number of tokens was expected, not 'x'",
        ),
        (
            "[prices.gpt-4o]\ninput = 1\noutput = 1\nbatch = { input = 1 }",
            4,
            "prices.gpt-4o.batch.output: missing",
        ),
        (
            "[prices.gpt-4o]\ninput = 1\noutput = 1\ntiers.fast = { multiplier = 2, output = 3 }",
            4,
            "prices.gpt-4o.tiers.fast.output: a tier has prices or a multiplier, not both",
        ),
        (
            "[prices.gpt-4o]\ninput = 1\noutput = 1\ntiers.fast = { multiplier = 1.005 }",
            4,
            "tiers.fast.multiplier: 1.005 is not a factor up to 100 with at most 2 decimals",
        ),
        (
            "[prices.gpt-4o]\ninput = 1\noutput = 1\ntiers.prioriti = { multiplier = 2 }",
            4,
            "prices.gpt-4o.tiers.prioriti: no such key",
        ),
        (
            "[prices.gpt-4o]\ninput = 1\noutput = 1\nbatch = 'none'\ntiers.batch = 'none'",
            5,
            "prices.gpt-4o.tiers.batch: also in batch",
        ),
        (
            "[prices.gpt-4o]\ninput = 1\noutput = 1\nregional = 0",
            4,
            "prices.gpt-4o.regional: 0 is not a factor up to 100 with at most 2 decimals",
        ),
        (
            "[prices.gpt-4o]\ninput = 1\noutput = 1\nunverified = ['inputs']",
            4,
            "prices.gpt-4o.unverified[0]: 'inputs' is not a key of a price. Did you mean input",
        ),
        ("[[fees]]\ntool = 'web_search'", 1, "fees[0].usd: missing"),
        (
            "[[fees]]\ntool = 'x'\nusd = 1\nfrom = 2026-02-01\nto = 2026-01-01",
            5,
            "fees[0].to: 2026-01-01 is not after from = 2026-02-01",
        ),
        (
            "[prices.gpt-4o]\ninput = 1\noutput = 1\nfrom = 2026-01-01T00:00:00",
            4,
            "prices.gpt-4o.from: a day like 2026-01-31 was expected, not 2026-01-01 00:00:00",
        ),
        (
            "[prices.gpt-4o]\ninput = 1\noutput = 1\nfrom = 2026-02-01\nto = 2026-01-01",
            5,
            "prices.gpt-4o.to: 2026-01-01 is not after from = 2026-02-01",
        ),
        (
            "[[prices.gpt-4o]]\ninput = 1\noutput = 1\n[[prices.gpt-4o]]\nfrom = 2026-01-01\ninput = 1\noutput = 1",
            4,
            "prices.gpt-4o[1]: periods overlap at 2026-01-01",
        ),
        ("[fine_tunes.x]\nbases = 'gpt-4o'", 2, "fine_tunes.x.bases: a list was expected, not 'gpt-4o'"),
        ("[aliases]\na = 'gpt-7'", 2, "aliases.a: unknown model 'gpt-7'"),
        ("[aliases]\na = 'b'\nb = 'c'\nc = 'b'", 2, "aliases.a: 'b' leads back to itself"),
        ("[encodings]\na = 7", 2, "encodings.a: 7 is not known. Known: r50k_base"),
    ],
)
def test_a_mistake_is_reported_with_file_line_and_key(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    with pytest.raises(UsageError) as error:
        load(tmp_path, text)

    assert str(error.value).startswith(f"{tmp_path / 'prices.toml'}:{line}: ")
    assert message in str(error.value)


def test_all_mistakes_of_a_file_are_listed(tmp_path: Path) -> None:
    text = "[models.x]\nencoding = 'o300k'\n[[models.x.prices]]\ninput = 1\n[encodings]\na = 'cl10k_base'"
    with pytest.raises(UsageError) as error:
        load(tmp_path, text)
    path = tmp_path / "prices.toml"
    assert [line.partition(" Known")[0] for line in str(error.value).splitlines()] == [
        f"{path}:2: models.x.encoding: 'o300k' is not known.",
        f"{path}:3: models.x.prices[0].output: missing",
        f"{path}:6: encodings.a: 'cl10k_base' is not known. Did you mean cl100k_base, r50k_base, p50k_base?",
    ]


def test_mistakes_in_types_do_not_hide_mistakes_in_names_and_periods(tmp_path: Path) -> None:
    text = """\
modles = 1
[models.mine]
encodng = "o200k_base"
[models.other]
base = "gpt-7"
context_window = 0
[models.gpt-4o]
family = "chatty"
[[prices.gpt-4]]
input = 1
output = "x"
to = 2026-01-01
[[prices.gpt-4]]
input = 1
output = 1
[prices.gpt-5]
input = 1
output = 1
from = 2026-02-01
to = 2026-01-01
[aliases]
a = "gpt-8"
b = "mine"
c = "other"
"""
    with pytest.raises(UsageError) as error:
        load(tmp_path, text)

    found = [line.split(":", 1)[1].partition(" Did")[0].partition(" Known")[0] for line in error.value.lines]
    assert found == [
        "1: modles: no such key.",
        "3: models.mine.encodng: no such key.",
        "5: models.other.base: unknown model 'gpt-7'",
        "6: models.other.context_window: a number of tokens was expected, not 0",
        "8: models.gpt-4o.family: 'chatty' is not known.",
        "11: prices.gpt-4[0].output: a price in USD per 1M tokens was expected, not 'x'",
        "20: prices.gpt-5.to: 2026-01-01 is not after from = 2026-02-01",
        "22: aliases.a: unknown model 'gpt-8'",
    ]


def test_names_and_periods_are_checked_together(tmp_path: Path) -> None:
    text = """\
[models.y]
base = 'gpt-7'
[models.z]
[prices.z]
input = 1
output = 1
from = 2026-01-01
to = 2026-01-01
"""
    with pytest.raises(UsageError) as error:
        load(tmp_path, text)
    path = tmp_path / "prices.toml"
    assert str(error.value).splitlines() == [
        f"{path}:2: models.y.base: unknown model 'gpt-7'",
        f"{path}:3: models.z.encoding: missing; a new model needs an encoding or a base",
        f"{path}:8: prices.z.to: 2026-01-01 is not after from = 2026-01-01",
    ]


def test_a_file_may_have_everything_that_the_bundled_files_have(tmp_path: Path) -> None:
    catalog = load(
        tmp_path,
        """
        [sources]
        contract = "our contract"
        [prefixes]
        "gateway/" = "contract"
        [aliases]
        mine = { model = "my-model", sources = ["contract"] }
        [models.my-model]
        encoding = "o200k_base"
        encoding_basis = "documented"
        checked = 2026-11-22
        sources = ["contract"]
        [[models.my-model.prices]]
        input = 1
        output = 2
        batch = "none"
        unverified = ["from"]
        sources = ["contract"]
        [fine_tunes."ft:gpt-4o"]
        bases = ["gpt-4o", "my-model"]
        prices = { input = 5, output = 6 }
        """,
    )

    found = names.resolve("gateway/mine", catalog)
    assert (found.model.name, found.model.encoding_basis, found.model.source) == (
        "my-model",
        "documented",
        "contract",
    )
    assert catalog.price_layers("my-model")[0][0].tier("batch") == Tier(name="batch", multiplier=Decimal(1))
    assert names.resolve("ft:gpt-4o:acme::x", catalog).price_name == "ft:gpt-4o"
    assert input_price(catalog, "ft:my-model:acme::x") == "5"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing\.toml: the prices file cannot be read: No such file"):
        overrides.with_file(default(), tmp_path / "missing.toml")
    with pytest.raises(UsageError, match="not readable as TOML"):
        load(tmp_path, "a = ")
    with pytest.raises(UsageError, match="a prices file must be a table"):
        load(tmp_path, "[]", "list.json")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
sections = st.sampled_from(["models", "aliases", "encodings", "prices", "fine_tunes", "prefixes", "sources"])
names_known = st.sampled_from(["gpt-4o", "x", "input", "output", "prices", "base", "from", "batch", "long"])
entries = st.dictionaries(names_known, json_values | st.dictionaries(names_known, json_values), max_size=3)


@given(st.dictionaries(sections, st.dictionaries(names_known, entries | json_values, max_size=2), max_size=3))
def test_any_document_is_read_or_refused(document: dict[str, object]) -> None:
    with tempfile.TemporaryDirectory() as folder, suppress(UsageError):
        load(Path(folder), json.dumps(document), "prices.json")


def test_an_exported_file_reads_back_to_the_same_prices(tmp_path: Path) -> None:
    asked = ["gpt-4o", "gpt-5.6-sol", "gpt-3.5-turbo-1106", "ft:gpt-4o-2024-08-06:a::b", "code-davinci-002"]
    catalog = load(tmp_path, export.export(asked))

    for name in ("gpt-4o", "gpt-5.6-sol", "gpt-3.5-turbo-1106", "code-davinci-002"):
        exported, bundled = catalog.price_layers(name)
        assert [(row.start, row.end, row.rates, row.tiers, row.regional, row.long) for row in exported] == [
            (row.start, row.end, row.rates, row.tiers, row.regional, row.long) for row in bundled
        ]
    assert names.resolve("gpt-4o", catalog).model.encoding == "o200k_base"


def test_an_export_without_names_has_what_is_priced_today(tmp_path: Path) -> None:
    text = export.export()

    assert '[models."gpt-6-luna"]' in text
    assert "text-davinci-003" not in text
    assert input_price(load(tmp_path, text), "gpt-6-luna") == "0.1"


def test_a_fee_of_the_user_comes_before_the_published_one(tmp_path: Path) -> None:
    catalog = load(
        tmp_path,
        """
        [[fees]]
        tool = "web_search"
        models = ["claude-*", "gpt-4o*"]
        usd = 8
        per = 1000
        from = 2026-01-01
        """,
    )

    def each(name: str, day: date = DAY) -> str | None:
        fee = pricing.fee("web_search", name, day, catalog)
        return None if fee is None else str(fee.each)

    assert each("gpt-4o-mini") == each("claude-sonnet-4-5") == "0.008"
    assert (each("gpt-5"), each("gpt-4o", date(2025, 1, 1))) == ("0.01", "0.01")
    assert each("claude-sonnet-4-5", date(2025, 1, 1)) == "0.01"


def test_an_export_keeps_every_rate(tmp_path: Path) -> None:
    text = """
    [[prices."gpt-4o"]]
    input = 1
    output = 2
    cache_write = "1.25"
    cache_write_long = 2
    audio_input = 3
    audio_output = 4
    image_input = 5
    image_output = 6
    regional = "1.1"
    long = { threshold = 10, input = 2, output = 3 }
    tiers.batch = "none"
    tiers.fast = { multiplier = 2 }
    tiers.priority = { input = 3, output = 4, cached_input = 1, long = { input = 6, output = 8 } }
    """
    catalog = load(tmp_path, text)
    again = load(tmp_path, export.export(["gpt-4o"], catalog), "again.toml")

    first, second = (each.price_layers("gpt-4o")[0][0] for each in (catalog, again))
    assert (first.rates, first.long, first.tiers, first.regional) == (
        second.rates,
        second.long,
        second.tiers,
        second.regional,
    )
    assert len(first.tiers) == 3
