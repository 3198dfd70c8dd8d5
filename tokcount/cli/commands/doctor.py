"""`tokcount doctor`: check the installation that the counts depend on; `tokcount demo`: what it is for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from tokcount.cli.option_groups import with_groups
from tokcount.cli.outputs import OutputGroup, show
from tokcount.version import __version__

if TYPE_CHECKING:
    from tokcount.reports.inspect.report import Check

PACKAGES = {
    "tiktoken": "required",
    "typer": "required",
    "polars": "required",
    "rich": "required",
    "msgspec": "required",
    "jmespath": "required",
    "pathspec": "required",
    "markdown-it-py": "required",
    "splintr-rs": "pip install 'tokcount[fast]' to count several times as fast, and for other vendors' tokenizers",
    "tokenizers": "pip install 'tokcount[tokenizers]' for a tokenizer.json of your own",
    "backports.zstd": "pip install 'tokcount[zstd]' to read zstd on Python before 3.14",
    "PyYAML": "pip install 'tokcount[yaml]' to read VCR cassettes, 'tokcount[prompts]' for prompt files",
    "dulwich": "pip install 'tokcount[git]' to compare with a git revision",
    "vl-convert-python": "pip install 'tokcount[html]' for the charts of HTML pages",
    "genai-prices": "pip install 'tokcount[genai]' for prices of other vendors' models",
}

SAMPLE: Final = Path(__file__).parents[1] / "demo" / "support-chat.jsonl"
"""The first records of the sample log of the repository."""
NEXT: Final = """
This was: tokcount audit support-chat.jsonl --to gpt-5.6-luna
Next, with a log of yours:
  tokcount formats LOG                          what is in it, and what cannot be read
  tokcount reconcile LOG                        do the counts agree with the bill
  tokcount audit LOG --to MODEL                 what would break, cost and change
  tokcount check LOG --budget 'cost.total <= $20'   a gate in CI"""


@with_groups
def doctor(output: OutputGroup = OutputGroup()) -> None:
    """Check the installation: vocabularies, engine, versions, age of the price data.

    Exits with 2 if something is broken.
    """
    from tokcount.errors import UsageError
    from tokcount.reports.inspect.report import DoctorReport

    checks = [*_versions(), *_vocabularies(), _engine(), *_tokenizers(), _data()]
    show(DoctorReport(checks=checks), output)
    broken = [check.name for check in checks if check.ok is False]
    if broken:
        raise UsageError(f"broken: {', '.join(broken)}; reinstall tokcount.")


def _check(name: str, ok: bool | None, value: str, remedy: str = "") -> Check:
    """One check; `ok` is `None` if something optional is missing."""
    from tokcount.reports.inspect.report import Check

    return Check(name=name, ok=ok, value=value, remedy=remedy)


def _versions() -> list[Check]:
    import platform
    from importlib import metadata

    checks = [_check("tokcount", True, __version__), _check("Python", True, platform.python_version())]
    for package, use in PACKAGES.items():
        try:
            checks.append(_check(package, True, metadata.version(package)))
        except metadata.PackageNotFoundError:
            required = use == "required"
            checks.append(
                _check(package, False if required else None, "not installed", "" if required else use)
            )
    return checks


def _vocabularies() -> list[Check]:
    from tokcount.tokens import encodings

    checks = []
    for name in encodings.NAMES:
        found = encodings.verify(name)
        value = f"{found.tokens:,} tokens, SHA-256 {found.sha256[:12]}…"
        remedy = "" if found.ok else f"expected {found.published_sha256[:12]}…; reinstall tokcount"
        checks.append(_check(name, found.ok, value, remedy))
    return checks


def _engine() -> Check:
    from tokcount.tokens.engines.choose import choose

    engine = choose("auto")
    for name in ("p50k_base", "cl100k_base", "o200k_base"):
        engine.counter(name)
    problems = "; ".join(engine.warnings)
    return _check(
        "engine",
        None if problems else True,
        f"{engine.name}, self-check passed" if not problems else engine.name,
        problems,
    )


def _tokenizers() -> list[Check]:
    """Tokenizers of other vendors: counted on the texts that they are tried on, or what would install them."""
    from tokcount.errors import UsageError
    from tokcount.tokens import tokenizers

    checks = []
    for name, row in tokenizers.vendors().items():
        if row.package.problem():
            remedy = f"{row.package.remedy()} for {row.models}"
            checks.append(_check(name, None, "not installed", remedy))
            continue
        try:
            tokenizers.load(name)
        except UsageError as error:
            checks.append(_check(name, None, "fails its self-check", str(error)))
        else:
            checks.append(_check(name, True, f"{row.models}, by {row.package.name}; self-check passed"))
    return checks


def _data() -> Check:
    from tokcount.cli.prices import today
    from tokcount.models.catalog import STALE_AFTER_DAYS, data_date

    age = (today() - data_date()).days
    if age > STALE_AFTER_DAYS:
        return _check(
            "model and price data", None, f"{data_date()}, {age} days old", "update tokcount for newer data"
        )
    return _check("model and price data", True, data_date().isoformat())


def demo() -> None:
    """Show the main job on a sample log, and what to try next."""
    from tokcount.cli.app import app

    os.chdir(SAMPLE.parent)
    app(["audit", SAMPLE.name, "--to", "gpt-5.6-luna", "-q"], prog_name="tokcount", standalone_mode=False)
    typer.echo(NEXT, err=True)
