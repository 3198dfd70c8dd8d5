"""`tokcount doctor`: check the installation that the counts depend on; `tokcount demo`: what it is for."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from tokcount.cli.option_groups import with_groups
from tokcount.cli.outputs import OutputGroup, show
from tokcount.version import __version__

if TYPE_CHECKING:
    from tokcount.reports.inspect.report import Check

EXTRAS: Final = {
    "fast": "to count several times as fast, and for other vendors' tokenizers",
    "claude": "for the tokens of Claude models, from Python 3.12 on",
    "tokenizers": "for a tokenizer.json of your own",
    "vendors": "for the tokens of all other vendors' models",
    "zstd": "to read zstd on Python before 3.14",
    "yaml": "to read VCR cassettes",
    "prompts": "for prompt files in YAML and the values of their templates",
    "git": "to compare with a git revision",
    "html": "for the charts of HTML pages",
    "genai": "for prices of more models of other vendors",
    "arrow": "to count inside Arrow tables",
    "duckdb": "to count in SQL",
    "ray": "to count on a Ray cluster",
    "spark": "to count on a Spark cluster, with Java 17 or later",
}
"""Extra for users → what it is for."""
_NAME: Final = re.compile(r"[\w.-]+")
_EXTRA: Final = re.compile(r"""extra == ["']([\w-]+)["']""")

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

    return [
        _check("tokcount", True, __version__),
        _check("Python", True, platform.python_version()),
        *(
            _check(package, version is not None, version or "not installed")
            for package, version in _packages().items()
        ),
        *(_extra(name, packages) for name in EXTRAS if (packages := _packages(name))),
    ]


def _extra(name: str, packages: dict[str, str | None]) -> Check:
    missing = [package for package, version in packages.items() if version is None]
    if missing:
        remedy = f"pip install 'tokcount[{name}]' {EXTRAS[name]}"
        return _check(f"extra {name}", None, f"not installed: {', '.join(missing)}", remedy)
    found = ", ".join(f"{package} {version}" for package, version in packages.items())
    return _check(f"extra {name}", True, found)


def _packages(extra: str | None = None) -> dict[str, str | None]:
    """The packages that tokcount needs, or those of an extra, as it was installed, with the version of each."""
    from importlib import metadata

    wanted: dict[str, str | None] = {}
    try:
        requirements = metadata.requires("tokcount") or []
    except metadata.PackageNotFoundError:  # a copy of the source that pip did not install
        return wanted
    for requirement in requirements:
        of, name = _EXTRA.search(requirement), _NAME.match(requirement)
        if name is None or name[0] == "tokcount" or (of and of[1]) != extra:
            continue
        try:
            wanted[name[0]] = metadata.version(name[0])
        except metadata.PackageNotFoundError:
            wanted[name[0]] = None
    return wanted


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
