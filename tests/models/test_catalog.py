"""The catalog: the user's entries take precedence, entries are decoded on demand, nothing heavy is imported."""

import os
import pickle
import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from tokcount.models import catalog, pricing
from tokcount.models import resolve as names
from tokcount.models.price_rows import PriceRow, Rates


def test_the_bundled_catalog_is_read_once() -> None:
    assert catalog.default() is catalog.default()


def test_names_come_oldest_generation_first() -> None:
    known = list(catalog.default().models)

    assert known[0] == "davinci"
    assert known.index("gpt-3.5-turbo") < known.index("gpt-4o") < known.index("gpt-6-luna")


def test_entries_take_precedence_and_leave_the_bundled_ones_alone() -> None:
    row = PriceRow(name="gpt-4o", rates=Rates(Decimal(1), Decimal(2)), basis="user")
    mine = catalog.default().with_entries(aliases={"mine": "gpt-4o"}, prices={"gpt-4o": (row,)})

    assert mine.price_layers("gpt-4o")[0] == (row,)
    assert names.resolve("mine", mine).model.name == "gpt-4o"
    assert names.find("mine") is None
    assert catalog.default().price_layers("gpt-4o")[0][0].basis == "bundled"


def test_a_catalog_can_be_sent_to_another_process() -> None:
    copy = pickle.loads(pickle.dumps(catalog.default()))  # noqa: S301 - our own object

    assert names.resolve("gpt-4o", copy) == names.resolve("gpt-4o")
    assert pricing.price("gpt-4o", date(2025, 1, 1), None, copy) == pricing.price("gpt-4o", date(2025, 1, 1))


def test_old_data_gives_a_notice() -> None:
    limit = catalog.data_date() + timedelta(days=catalog.STALE_AFTER_DAYS)

    assert catalog.stale_notice(limit) is None
    notice = catalog.stale_notice(limit + timedelta(days=1))
    assert notice is not None
    assert notice.startswith(f"prices and shutdown dates are of {catalog.data_date()}, 181 days old")


def test_looking_up_models_imports_nothing_heavy() -> None:
    script = (
        "import sys; from tokcount.models import pricing, references, resolve; resolve.resolve('gpt-4o');"
        "print([m for m in ('polars', 'tiktoken', 'rich', 'jmespath', 'genai_prices') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_counting_files_does_not_load_the_catalog(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("hi", encoding="utf-8")
    script = f"import sys; sys.argv = ['tokcount', 'count', {str(file)!r}]; from tokcount.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", script], capture_output=True, text=True, check=True
    )

    assert "tokcount.tokens.engines" in done.stderr
    assert "tokcount.models" not in done.stderr


def test_one_model_is_priced_without_reading_the_others() -> None:
    script = (
        "import sys; from tokcount.models import pricing; calls = [];"
        "sys.setprofile(lambda frame, event, _: calls.append(event) if event == 'call' else None);"
        "pricing.price('azure/gpt-4o'); sys.setprofile(None); print(len(calls), 'tomllib' in sys.modules)"
    )
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=plain
    )

    calls, parsed_toml = done.stdout.split()
    assert int(calls) < 120
    assert parsed_toml == "False"
