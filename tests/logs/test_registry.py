"""The registry knows every format without importing it, and takes formats of other packages."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from support.reading import CHAT_REQUEST, record

from tokcount.errors import UsageError
from tokcount.logs import adapt, registry

METADATA = "Metadata-Version: 2.1\nName: acme-logs\nVersion: 1\n"
MODULE = '''
from tokcount.logs import adapt

class AcmeLog(adapt.LogFormat):
    """Acme's rows."""

    name = "acme.log"
    keys = (frozenset({"acme_id", "model", "messages"}),)

    def __init__(self, note=""):
        self.note = note

    def read(self, value, at):
        if value["acme_id"] == "other":
            return None
        return [adapt.body_record(at, self.name, request={"messages": value["messages"]})]

INSTANCE = AcmeLog("made with an argument")
NUMBER = 5
BROKEN = property
'''


@pytest.fixture
def fresh() -> Iterator[None]:
    """The registry looks for packages again, now and after the test."""
    registry.forget()
    yield
    registry.forget()
    sys.modules.pop("acme_logs", None)


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    """A package on the path whose entry point leads to `target`."""
    (folder / "acme_logs.py").write_text(MODULE)
    info = folder / "acme_logs-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(METADATA)
    (info / "entry_points.txt").write_text(f"[tokcount.formats]\nacme = {target}\n")
    monkeypatch.syspath_prepend(str(folder))


def test_the_index_equals_the_classes() -> None:
    assert registry.INDEX.read_bytes() == registry.as_json(registry.declared()), (
        "run: python -m tokcount.logs.registry"
    )


def test_no_format_defines_a_key_alternative_without_keys() -> None:
    assert all(need for entry in registry.value_entries() for need in entry.keys)


def test_only_formats_whose_keys_occur_are_imported(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text('{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}\n')
    code = (
        "import sys; from tokcount.logs.reader import read; from tokcount.logs.source import expand;"
        f"print(len(list(read(expand([{str(log)!r}])))));"
        "print(*sorted(name for name in sys.modules if name.startswith('tokcount.logs.formats.')))"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert found.split() == ["1", "tokcount.logs.formats.openai", "tokcount.logs.formats.openai.bodies"]


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("target", ["acme_logs:AcmeLog", "acme_logs:INSTANCE"])
def test_a_format_of_another_package_is_tried_by_its_rank(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, target)

    assert record({"acme_id": "a1", **CHAT_REQUEST}).format == "acme.log"
    assert record({"acme_id": "other", **CHAT_REQUEST}).format == "openai.chat.request"
    assert registry.describe_formats()["acme.log"] == "Acme's rows"
    assert [entry.name for entry in registry.chosen_entries("acme")] == ["acme.log"]


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("acme_logs:MISSING", "cannot be loaded (AttributeError:"),
        ("no_such_module_of_acme:AcmeLog", "cannot be loaded (ModuleNotFoundError: No module named"),
        ("acme_logs:BROKEN", "is not a tokcount.logs.adapt.LogFormat"),
        ("acme_logs:NUMBER", "is not a tokcount.logs.adapt.LogFormat"),
    ],
)
def test_a_broken_format_of_another_package_is_one_line_that_names_it(
    target: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, target)

    with pytest.raises(UsageError) as error:
        registry.entries()

    message = str(error.value)
    assert message.startswith("the log format 'acme' of the package acme-logs ")
    assert reason in message
    assert "\n" not in message


class Reluctant(adapt.LogFormat):
    """A format whose keys fit, and which then reads nothing."""

    name = "reluctant"
    keys = (frozenset({"messages"}),)

    def read(self, value: adapt.Json, at: adapt.Location) -> Iterable[adapt.Item] | None:
        return None


def test_an_entry_keeps_what_the_class_declares() -> None:
    entry = registry.entry_of(Reluctant(), "acme_logs")

    assert (entry.keys, entry.rank, entry.names) == ((("messages",),), adapt.Rank.ENVELOPE, ("reluctant",))


def test_formats_are_found_by_the_keys_of_a_value_in_the_order_of_trial() -> None:
    names = [entry.name for entry in registry.fitting({"request", "response", "ai"}, "json")]

    assert names.index("kong.ai") < names.index("openai.pair")
    assert registry.fitting({"no such key"}, "json") == []
    assert "helm.scenario_state" not in [
        entry.name for entry in registry.fitting({"adapter_spec", "request_states"}, "row")
    ]
