# ruff: noqa: INP001, S603 - a script that runs the program
"""Makes the files of this folder again: two versions of a prompt log, and what the gate says of the second.

    python docs/demo/make_demo.py [FOLDER]

The log is what a test suite of prompts leaves behind: each question to an invented shop's support bot, as it was
sent, and the answer. Between the versions, somebody pasted the whole returns policy into the system prompt.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

from on_terminal import on_terminal

SYSTEM = (
    "You are the support bot of Brindle & Co, a shop for outdoor gear. Answer in at most three sentences."
)
POLICY = """
Returns policy, version 7, to be followed to the letter:
1. Goods may be returned within 30 days of delivery, unworn, with tags, in their original packaging.
2. Climbing ropes, harnesses and helmets cannot be returned once the seal is broken, for reasons of safety.
3. Sale items are exchanged or credited; they are not refunded, unless they are faulty.
4. Refunds go to the original means of payment within 5 to 10 working days after inspection.
5. Return shipping is free within the country; from abroad the customer pays, and customs duties are not refunded.
6. Faulty goods are repaired first, replaced second, refunded third, within two years of purchase.
7. Gift cards, personalised items and opened food are excluded.
8. A return without an order number is held for 14 days and then sent back at the cost of the customer.
"""
CALLS = {
    "Where is my order 88121?": "It left our warehouse on Monday and should reach you by Thursday.",
    "Can I return a tent I used once?": "Used tents cannot be returned. If it is faulty, we repair it.",
    "Le sac est-il imperméable ?": "Oui, jusqu'à deux mètres de colonne d'eau, avec la housse fournie.",
    "How do I wash a down jacket?": "Gently, at 30 degrees, with down soap, and dry it with tennis balls.",
    "请问你们支持微信支付吗？": "支持。结账时选择微信支付即可。",
    "Do you repair boots?": "We do: soles and eyelets, usually within two weeks.",
    "Which stove burns at minus 20?": "The Kestrel Multifuel does; gas canisters lose their pressure there.",
    "I was charged twice for order 90310.": "I see one charge and one reservation; the latter expires in 3 days.",
}
CONFIGURATION = """\
[check]
baseline = "baseline.json"
fail = ["input_tokens.max <= 200", "cost.total <= baseline + 5%"]
warn = ["framing.share <= 10%"]
"""
TODAY = "2026-11-26"
"""The date of the reports, whenever they are made again."""
OUTPUTS = {"annotations.txt": "github", "summary.md": "markdown", "junit.xml": "junit"}
"""File → the format in which it shows the check of the second log; `check.txt` is what a terminal shows."""


def main() -> None:
    """Write everything into the folder of the command line, by default this one."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    write_log(folder / "before.jsonl", SYSTEM)
    write_log(folder / "after.jsonl", SYSTEM + POLICY)
    (folder / "tokcount.toml").write_text(CONFIGURATION, encoding="utf-8")
    tokcount(folder, "check", "before.jsonl", "--save-baseline", "baseline.json")
    report = tokcount(folder, "check", "after.jsonl", "-f", "json")
    shown = on_terminal(f"{sys.executable} -m tokcount check after.jsonl", folder)
    (folder / "check.txt").write_text(shown + "\n", encoding="utf-8")
    for name, form in OUTPUTS.items():
        (folder / name).write_bytes(tokcount(folder, "render", "-", "-f", form, given=report))


def write_log(path: Path, system: str) -> None:
    """One request and its response a line."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for number, (question, answer) in enumerate(CALLS.items()):
            file.write(json.dumps(call(number, system, question, answer), ensure_ascii=False) + "\n")


def call(number: int, system: str, question: str, answer: str) -> dict[str, Any]:
    """A chat call as a proxy logs it."""
    messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
    reply = {"index": 0, "message": {"role": "assistant", "content": answer}, "finish_reason": "stop"}
    return {
        "timestamp": f"2026-09-0{number + 1}T10:00:00Z",
        "request": {"model": "gpt-4o", "messages": messages},
        "response": {"object": "chat.completion", "model": "gpt-4o-2024-08-06", "choices": [reply]},
    }


def tokcount(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    """What the program writes, run in a folder and away from any other setting."""
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("TOKCOUNT_", "GITHUB_"))
    }
    environment["TOKCOUNT_TODAY"] = TODAY
    command = [sys.executable, "-m", "tokcount", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, input=given, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr.decode())
    return done.stdout


if __name__ == "__main__":
    main()
