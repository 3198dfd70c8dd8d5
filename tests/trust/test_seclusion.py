"""No command uses the network, starts a program or opens a file that the user did not name, whatever a log says."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from support.in_process import run
from support.processes import unmeasured
from support.trust import canaries
from support.trust.commands import LOG_COMMANDS, OTHER_COMMANDS, migrate
from support.trust.watching import watching

BAIT = "Zq7bait"


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs of every format, and one that names files in every place where a name could be."""
    folder = tmp_path_factory.mktemp("logs")
    bait = tmp_path_factory.mktemp("elsewhere") / f"{BAIT}.png"
    bait.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 40)
    canaries.write_logs(folder)
    names = [
        str(bait),
        bait.as_uri(),
        f"../elsewhere0/{bait.name}",
        f"data:image/png,@{bait}",
        f"http://127.0.0.1/{BAIT}",
    ]
    lines = [json.dumps(body) for name in names for body in _naming(name)]
    (folder / "names.jsonl").write_text("\n".join(lines))
    (folder / "names.yaml").write_text(
        f"interactions:\n- request: {{uri: 'file://{bait}', body: !!python/object/apply:open ['{bait}']}}\n"
    )
    return folder


def _naming(name: str) -> list[dict[str, object]]:
    parts = [
        {"type": "text", "text": name},
        {"type": "image_url", "image_url": {"url": name}},
        {"type": "input_image", "image_url": name},
        {"type": "file", "file": {"filename": name, "file_data": name, "file_id": name}},
        {"type": "input_audio", "input_audio": {"data": name, "format": "wav"}},
        {"type": "image", "source": {"type": "url", "url": name, "path": name}},
    ]
    schema = {"$ref": name, "type": "object", "properties": {"a": {"$ref": f"{name}#/a"}}}
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
    return [
        {"model": name, "messages": [{"role": "user", "content": parts}], "tools": [tool]},
        {"model": "gpt-4o", "messages": [{"role": "user", "content": parts, "name": name}], "tools": [tool]},
        {
            "model": "gpt-4o",
            "input": [{"role": "user", "content": parts}],
            "file": name,
            "path": name,
            "include": name,
        },
        {"model": "text-davinci-003", "prompt": name, "best_of": 1, "logit_bias": {"1": 1}, "user": name},
        {
            "model": "text-davinci-003",
            "prompt": f"@{name}",
            "source": name,
            "input_file_id": name,
            "$schema": name,
        },
    ]


def test_the_watch_sees_and_refuses() -> None:
    """Otherwise the other tests would prove nothing."""
    with watching() as watch:
        with pytest.raises(PermissionError):
            socket.create_connection(("127.0.0.1", 9))
        with pytest.raises(PermissionError):
            subprocess.run(["true"], check=False)
        Path(__file__).read_bytes()

    assert watch.refused
    assert __file__ in watch.opened


@pytest.mark.parametrize("command", [*LOG_COMMANDS, *OTHER_COMMANDS, "migrate", "render"])
def test_a_command_uses_no_network_starts_nothing_and_opens_only_what_was_named(
    command: str, logs: Path, tmp_path: Path
) -> None:
    arguments = _arguments(command, logs, tmp_path)
    with watching() as watch:
        done = run(*arguments)

    assert done.code in (0, 1, 3), done.err
    assert watch.refused == []
    assert [path for path in watch.opened if BAIT in path] == []
    assert any(str(logs) in path for path in watch.opened) == (command not in (*OTHER_COMMANDS, "render"))


def _arguments(command: str, logs: Path, folder: Path) -> tuple[str | Path, ...]:
    if command in OTHER_COMMANDS:
        return OTHER_COMMANDS[command]
    if command == "migrate":
        return migrate(logs, folder / "to.jsonl", folder / "lost.jsonl")
    if command == "render":
        report = folder / "report.json"
        run(*LOG_COMMANDS["audit"], logs, "-f", "json", "-o", report)
        return "render", report, "-f", "html"
    return *LOG_COMMANDS[command], logs / "*.jsonl" if command == "count" else logs, "-f", "table"


@pytest.mark.parametrize("arguments", [["--jobs", "1"], ["--jobs", "8"]])
def test_one_process_needs_no_multiprocessing(arguments: list[str]) -> None:
    """Neither ``--jobs 1`` nor a small input imports what starts processes."""
    log = canaries.SAMPLES / "support-chat.jsonl"
    program = (
        f"import sys; sys.argv = ['tokcount', *{['drift', *arguments, str(log)]!r}]\n"
        "from tokcount.__main__ import main\n"
        "try: main()\n"
        "finally: print(sorted({'multiprocessing', 'concurrent.futures.process'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], env=unmeasured(), capture_output=True, check=True)

    assert done.stderr.decode().splitlines()[-1] == "[]"
