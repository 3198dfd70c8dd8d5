"""``tokcount doctor``: is everything that counting rests on in order?"""

from __future__ import annotations

from typing import Any

from tokcount import __version__
from tokcount.cli.option_groups import with_groups
from tokcount.cli.outputs import OutputGroup, show

PACKAGES = {
    "tiktoken": "needed",
    "typer": "needed",
    "polars": "needed",
    "rich": "needed",
    "msgspec": "needed",
    "jmespath": "needed",
    "splintr-rs": "pip install 'tokcount[fast]' counts several times as fast",
    "backports.zstd": "pip install 'tokcount[zstd]' reads zstd before Python 3.14",
    "PyYAML": "pip install 'tokcount[yaml]' reads VCR cassettes",
    "genai-prices": "pip install 'tokcount[genai]' prices models of other vendors",
}


@with_groups
def doctor(output: OutputGroup = OutputGroup()) -> None:
    """Check vocabularies and their hashes, the engine, versions and the date of the price data.

    Exits with 2 when something is broken.
    """
    from tokcount.errors import UsageError
    from tokcount.reports.report import Report

    checks = [*_versions(), *_vocabularies(), _engine(), _data()]
    show(Report("doctor", {"checks": checks}), output)
    broken = [check["name"] for check in checks if check["ok"] is False]
    if broken:
        raise UsageError(f"broken: {', '.join(broken)}; install tokcount again.")


def _check(name: str, ok: bool | None, value: str, remedy: str = "") -> dict[str, Any]:
    """``ok``: ``None`` is "not there, and not needed"."""
    return {"name": name, "ok": ok, "value": value, "remedy": remedy}


def _versions() -> list[dict[str, Any]]:
    import platform
    from importlib import metadata

    checks = [_check("tokcount", True, __version__), _check("Python", True, platform.python_version())]
    for package, use in PACKAGES.items():
        try:
            checks.append(_check(package, True, metadata.version(package)))
        except metadata.PackageNotFoundError:
            needed = use == "needed"
            checks.append(_check(package, False if needed else None, "not installed", "" if needed else use))
    return checks


def _vocabularies() -> list[dict[str, Any]]:
    from tokcount.tokens import encodings

    checks = []
    for name in encodings.NAMES:
        found = encodings.verify(name)
        value = f"{found.tokens:,} tokens, SHA-256 {found.sha256[:12]}…"
        remedy = "" if found.ok else f"should be {found.published_sha256[:12]}…; install tokcount again"
        checks.append(_check(name, found.ok, value, remedy))
    return checks


def _engine() -> dict[str, Any]:
    from tokcount.tokens.engines.choose import choose

    engine = choose("auto")
    for name in ("p50k_base", "cl100k_base", "o200k_base"):
        engine.counter(name)
    doubts = "; ".join(engine.warnings)
    return _check(
        "engine",
        None if doubts else True,
        f"{engine.name}, self-check passed" if not doubts else engine.name,
        doubts,
    )


def _data() -> dict[str, Any]:
    from tokcount.cli.prices import today
    from tokcount.models.catalog import DATA_DATE, STALE_AFTER_DAYS

    age = (today() - DATA_DATE).days
    if age > STALE_AFTER_DAYS:
        return _check(
            "model and price data", None, f"{DATA_DATE}, {age} days old", "a newer tokcount may know more"
        )
    return _check("model and price data", True, DATA_DATE.isoformat())
