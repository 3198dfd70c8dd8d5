"""Logs for the benchmarks: JSONL of chat calls with usage, the same bytes for the same kind, size and seed.

    python benchmarks/generate.py KIND --mb N --seed S > log.jsonl

resent      conversations that send their whole history with every turn: each text about six times
distinct    every text different
templated   retrieval prompts: a fixed template, five of 400 documents, a question; no two messages equal
short       250 bytes a record, pairs and plain rows, with users, tags and usage; no two texts equal
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]
MODELS = ("gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18", "gpt-4-0613", "gpt-3.5-turbo-0125")
WORDS = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))
CODE = WORDS.pop("code")
WORDS = {language: words.split() for language, words in WORDS.items()}
SPACED = {"english": 60, "german": 10, "french": 6, "russian": 6, "korean": 2, "arabic": 2}
"""Languages with spaces between words, and how often each is met."""
TEMPLATE_WORDS = 300
FEATURES = ("search", "support", "intent", "summary")
DOCUMENTS = 400
DOCUMENT_WORDS = 120


class Writer:
    """Writes text that is made of word lists, with the rare words, names and numbers that real text has."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def name(self) -> str:
        """An invented word."""
        return "".join(self.random.choices(WORDS["syllables"], k=self.random.randint(2, 4)))

    def word(self, listed: list[str]) -> str:
        """A word of the list, early ones more often; sometimes a name, a number or a compound."""
        chance = self.random.random()
        if chance < 0.03:
            return self.name().capitalize()
        if chance < 0.05:
            return str(self.random.randint(0, 10 ** self.random.randint(1, 6)))
        if chance < 0.07:
            return f"{self.random.choice(listed)}-{self.random.choice(listed)}"
        return listed[int(len(listed) * self.random.random() ** 2)]

    def sentence(self, listed: list[str], length: int) -> str:
        """A sentence in a language with spaces."""
        some = [self.word(listed) for _ in range(length)]
        some[length // 2] += ","
        return " ".join(some).capitalize() + self.random.choice("....?!")

    def dense(self, listed: list[str], length: int) -> str:
        """A sentence in a language without spaces."""
        return "".join(self.random.choice(listed) for _ in range(length)) + self.random.choice("。。。，？")

    def code(self) -> str:
        """A snippet with fresh names."""
        names = {key: self.name() for key in "abcd"} | {key: self.name().capitalize() for key in "AB"}
        return self.random.choice(CODE).format(**names, n=self.random.randint(0, 9999))

    def paragraph(self, length: int) -> str:
        """About ``length`` words of one language or kind."""
        chance = self.random.random()
        if chance < 0.08:
            return "".join(self.dense(WORDS["chinese"], 10) for _ in range(length // 10 + 1))
        if chance < 0.12:
            return "".join(self.dense(WORDS["japanese"], 10) for _ in range(length // 10 + 1))
        if chance < 0.22:
            return "\n".join(f"```\n{self.code()}\n```" for _ in range(length // 30 + 1))
        if chance < 0.26:
            return "\n".join(f"- {self.name()}: {self.random.random():.4f}" for _ in range(length // 5 + 1))
        (language,) = self.random.choices(list(SPACED), list(SPACED.values()))
        listed = WORDS[language]
        return " ".join(self.sentence(listed, self.random.randint(6, 20)) for _ in range(length // 13 + 1))

    def message(self, length: int) -> str:
        """One or more paragraphs, ``length`` words in all."""
        count = max(1, length // 80)
        return "\n\n".join(self.paragraph(length // count) for _ in range(count))

    def length(self) -> int:
        """Words of a message: most are short, some are long."""
        return int(min(1200, 10 + self.random.expovariate(1 / 110)))


def call(writer: Writer, number: int, messages: list[Json], answer: str) -> Json:
    """One line of a log: request and response with (roughly) the usage that would have been billed."""
    model = writer.random.choice(MODELS)
    prompt = sum(len(message["content"]) for message in messages) // 4
    return {
        "id": f"req_{number:08d}",
        "created": 1_725_000_000 + 7 * number,
        "request": {"model": model, "messages": messages, "temperature": 0.2, "max_tokens": 1024},
        "response": {
            "id": f"chatcmpl-{number:08d}",
            "object": "chat.completion",
            "model": model,
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": answer}, "finish_reason": "stop"}
            ],
            "usage": {
                "prompt_tokens": prompt,
                "completion_tokens": len(answer) // 4,
                "total_tokens": prompt + len(answer) // 4,
            },
        },
    }


def message(role: str, content: str) -> Json:
    """A chat message."""
    return {"role": role, "content": content}


def resent(writer: Writer) -> Iterator[Json]:
    """Conversations of about eleven calls, eight at a time, each call with all that was said before."""
    system = message("system", writer.message(150))
    running = [[system] for _ in range(8)]
    number = 0
    while True:
        slot = writer.random.randrange(len(running))
        talk = [*running[slot], message("user", writer.message(writer.length()))]
        answer = writer.message(writer.length())
        yield call(writer, number, talk, answer)
        running[slot] = [*talk, message("assistant", answer)] if len(talk) < 22 else [system]
        number += 1


def distinct(writer: Writer) -> Iterator[Json]:
    """Calls that have nothing in common."""
    number = 0
    while True:
        messages = [
            message("system", writer.message(60)),
            message("user", writer.message(2 * writer.length())),
        ]
        yield call(writer, number, messages, writer.message(writer.length()))
        number += 1


def templated(writer: Writer) -> Iterator[Json]:
    """Retrieval prompts: instructions, five documents, a question; all in one message."""
    applications = [application(writer, joint) for joint in ("\n\n", "\n\n", "\n")]
    number = 0
    while True:
        template, documents, joint = writer.random.choice(applications)
        context = joint.join(writer.random.sample(documents, 5))
        question = writer.sentence(WORDS["english"], 12)
        prompt = f"{template}{joint}Context:{joint}{context}{joint}Question: {question}\nAnswer:"
        yield call(writer, number, [message("user", prompt)], writer.sentence(WORDS["english"], 25))
        number += 1


def application(writer: Writer, joint: str) -> tuple[str, list[str], str]:
    """A prompt template, the documents that it is filled with, and what stands between them."""
    documents = [f"[{n}] {writer.paragraph(DOCUMENT_WORDS)}" for n in range(DOCUMENTS)]
    return writer.message(TEMPLATE_WORDS), documents, joint


def short(writer: Writer) -> Iterator[Json]:
    """Calls of a small task for many users, half of them logged as pairs of bodies, half as plain rows."""
    number = 0
    while True:
        choose = writer.random
        question = writer.sentence(WORDS["english"], choose.randint(2, 4)) + f" {number}"
        answer = f"{writer.name()} {number}"
        usage = {"prompt_tokens": 8 + len(question) // 4, "completion_tokens": 1 + len(answer) // 4}
        model, messages = choose.choice(MODELS), [message("user", question)]
        row: Json = {
            "ts": 1_725_000_000 + 7 * number,
            "user": f"u{choose.randrange(20_000)}",
            "tags": [choose.choice(FEATURES)],
        }
        if choose.random() < 0.5:
            row["request"] = {"model": model, "messages": messages}
            row["response"] = {"choices": [{"message": {"content": answer}}], "usage": usage}
        else:
            row |= {"model": model, "messages": messages, "response": answer, **usage}
        yield row
        number += 1


KINDS: dict[str, Callable[[Writer], Iterator[Json]]] = {
    "resent": resent,
    "distinct": distinct,
    "templated": templated,
    "short": short,
}


def lines(kind: str, size: int, seed: int) -> Iterator[bytes]:
    """Lines of a log of about ``size`` bytes."""
    written = 0
    for number, row in enumerate(KINDS[kind](Writer(seed))):
        line = json.dumps(row, ensure_ascii=number % 4 == 0).encode() + b"\n"
        written += len(line)
        yield line
        if written >= size:
            return


def main() -> None:
    """Write a log to standard output."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--mb", type=float, default=120)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sys.stdout.buffer.writelines(lines(options.kind, int(options.mb * 1e6), options.seed))


if __name__ == "__main__":
    main()
