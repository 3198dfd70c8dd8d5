"""The output formats: what each row of the registry promises, and formats of other packages."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import yaml
from support.in_process import run
from support.paths import ROOT

from tokcount.errors import UsageError
from tokcount.render.emit import emit_rows, render
from tokcount.render.registry import RENDERERS, ReportRenderer, RowsRenderer, find, function
from tokcount.reports.inspect.count_report import CountReport
from tokcount.reports.views import document_of

DOCUMENT = document_of(CountReport(inputs=[], total={}))

EXAMPLE = (ROOT / "docs/extend/report-format.md").read_text("utf-8").split("```python\n")[1].split("```")[0]
BROKEN = """
ONLY_DRIFT = Renderer(description="", media_type="", for_reports=report, commands=frozenset({"drift"}))
NOT_ONE = "yaml"
"""
OFFERED = {"yaml": "YAML", "csv": "YAML", "drifting": "ONLY_DRIFT", "missing": "NOWHERE", "text": "NOT_ONE"}


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package of the documentation, installed, with a few more formats, some of them broken."""
    (tmp_path / "tokcount_yaml.py").write_text(EXAMPLE + BROKEN)
    metadata = tmp_path / "tokcount_yaml-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: tokcount-yaml\nVersion: 1.0\n")
    entries = [f"{name} = tokcount_yaml:{value}" for name, value in OFFERED.items()]
    (metadata / "entry_points.txt").write_text("\n".join(["[tokcount.renderers]", *entries]))
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("tokcount_yaml", None)


@pytest.mark.parametrize("name", RENDERERS)
def test_every_format_is_described_and_writes_something(name: str) -> None:
    renderer = RENDERERS[name]

    assert renderer.description
    assert "/" in renderer.media_type
    assert renderer.for_reports or renderer.for_rows


def test_no_two_formats_share_a_suffix() -> None:
    suffixes = [suffix for renderer in RENDERERS.values() for suffix in renderer.suffixes]

    assert len(suffixes) == len(set(suffixes))
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in suffixes)


@pytest.mark.parametrize("name", RENDERERS)
def test_every_function_of_the_registry_has_the_signature_that_is_called(name: str) -> None:
    for asked, protocol in (("for_reports", ReportRenderer), ("for_rows", RowsRenderer)):
        given = getattr(RENDERERS[name], asked)
        if given:
            parameters = list(inspect.signature(function(given)).parameters)
            assert parameters == list(inspect.signature(protocol.__call__).parameters)[1:]


def test_an_unknown_format_is_named_with_close_ones() -> None:
    with pytest.raises(UsageError, match=r"unknown format 'jsn'\. Did you mean json"):
        find("jsn")
    with pytest.raises(UsageError, match="Known: table, csv"):
        find("§")


@pytest.mark.usefixtures("plugin")
def test_a_format_of_another_package_renders_a_report() -> None:
    assert yaml.safe_load(render(DOCUMENT, "yaml")) == DOCUMENT.data()


@pytest.mark.usefixtures("plugin")
def test_a_format_of_another_package_writes_rows(tmp_path: Path) -> None:
    frame = pl.DataFrame({"source": ["a.jsonl", "b.jsonl"], "line": [1, 2]})

    emit_rows(frame, DOCUMENT.envelope, "yaml", tmp_path / "rows")

    assert yaml.safe_load((tmp_path / "rows").read_text()) == frame.to_dicts()


@pytest.mark.usefixtures("plugin")
def test_a_command_takes_a_format_of_another_package() -> None:
    done = run("models", "gpt-4o", "-f", "yaml")

    assert yaml.safe_load(done.out)["command"] == "models"
    assert run("models", "gpt-4o", "-f", "drifting").code == 2


@pytest.mark.usefixtures("plugin")
def test_a_format_of_another_package_does_not_replace_a_built_in_one() -> None:
    assert find("csv") is RENDERERS["csv"]


@pytest.mark.usefixtures("plugin")
def test_a_format_of_another_package_can_be_for_some_commands_only() -> None:
    with pytest.raises(UsageError, match="'drifting' is only for reports of drift"):
        render(DOCUMENT, "drifting")


@pytest.mark.usefixtures("plugin")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing", "'missing' of tokcount-yaml cannot be loaded: AttributeError: .*NOWHERE"),
        ("text", "'text' of tokcount-yaml: tokcount_yaml:NOT_ONE is not a Renderer"),
        ("yml", "unknown format 'yml'. Did you mean yaml"),
    ],
)
def test_a_broken_format_of_another_package_is_one_line(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        find(name)

    assert "\n" not in str(caught.value)
