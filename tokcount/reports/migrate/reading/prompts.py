"""Prompts that carry a conversation in plain text, as messages: only where the whole prompt parses.

A prompt parses under a convention when it is

    [text before, or system parts] (user part, assistant part)* user part, an empty assistant mark at the end

with every part but the last one filled. What stands before the first mark becomes a system message; where a convention
has instructions, such a text may also stand alone before the empty assistant mark, as the user's. These do not parse:
a text with a lone capitalised label before the first mark (`Context:`), which may be a mark too; a dialogue with
speakers of another convention; what fits two conventions. The marks, and the white space around them, are all that is
not in the messages.

Sources of the conventions: the chat examples of OpenAI's completions guide (`Human:`/`AI:`, `Q:`/`A:`),
LangChain's `ConversationChain` (`Human:`/`AI:`), Anthropic's text completions (`Human:`/`Assistant:`),
tatsu-lab/stanford_alpaca (`###` sections), yizhongw/self-instruct (`Input:`/`Output:`).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

LABEL, HEADING = r"^({}):(?=\s|\Z)", r"^###[ \t]*({})[ \t]*(?::|(?=\r?$))"
"""`User:` at the beginning of a line, and `### Input:` with or without its colon."""

INSTRUCTION: Final = "instruction"
"""A system part when a user part follows it, a user part when the answer does."""

CONVENTIONS: Final = {
    "System/User/Assistant": (LABEL, {"System": "system", "User": "user", "Assistant": "assistant"}),
    "Human/AI": (LABEL, {"System": "system", "Human": "user", "AI": "assistant"}),
    "Human/Assistant": (LABEL, {"System": "system", "Human": "user", "Assistant": "assistant"}),
    "Q/A": (LABEL, {"Q": "user", "A": "assistant"}),
    "Question/Answer": (LABEL, {"Question": "user", "Answer": "assistant"}),
    "Instruction/Input/Output": (
        LABEL,
        {"Instruction": INSTRUCTION, "Input": "user", "Output": "assistant"},
    ),
    "Instruction/Input/Response": (
        LABEL,
        {"Instruction": INSTRUCTION, "Input": "user", "Response": "assistant"},
    ),
    "### sections": (
        HEADING,
        {
            "System": "system",
            **dict.fromkeys(("Instruction", "Instructions"), INSTRUCTION),
            **dict.fromkeys(("Input", "User", "Human", "Question"), "user"),
            **dict.fromkeys(("Response", "Output", "Assistant", "AI", "Answer"), "assistant"),
        },
    ),
}
"""Convention → how its marks look, and whose words follow each; marks stand as here or in capitals."""

_BLANK = re.compile(r"(?:[ \t\r]*\n)+|[ \t]*")
"""What belongs to a mark after it: the blanks of its line, or the blank lines after it."""
_STRAY_LABEL = re.compile(r"^(?:###.*|[A-Z][A-Za-z]*:(?=\s|\Z))", re.MULTILINE)
_DIALOGUES: Final = frozenset({"System/User/Assistant", "Human/AI", "Human/Assistant"})
_SPEAKER = re.compile(r"^(?:System|User|Human|AI|Assistant|SYSTEM|USER|HUMAN|ASSISTANT):", re.MULTILINE)


class Turn(NamedTuple):
    """One message: whose it is, and its text as it stands in the prompt."""

    role: str
    text: str


class Split(NamedTuple):
    """A prompt as messages, and the convention it follows."""

    convention: str
    turns: list[Turn]


def _pattern(marks: str, roles: dict[str, str]) -> re.Pattern[str]:
    words = dict.fromkeys([*roles, *map(str.upper, roles)])
    return re.compile(marks.format("|".join(words)), re.MULTILINE)


_PATTERNS: Final = {name: _pattern(marks, roles) for name, (marks, roles) in CONVENTIONS.items()}
_ROLES: Final = {
    name: roles | {word.upper(): role for word, role in roles.items()}
    for name, (_, roles) in CONVENTIONS.items()
}


def split(prompt: str) -> Split | None:
    """The prompt as messages that wait for the assistant's answer; `None` unless exactly one convention fits."""
    found = [Split(name, turns) for name in CONVENTIONS if (turns := _parsed(prompt, name)) is not None]
    return found[0] if len(found) == 1 else None


def _parsed(prompt: str, name: str) -> list[Turn] | None:
    marks = list(_PATTERNS[name].finditer(prompt))
    roles = [_ROLES[name][mark[1]] for mark in marks]
    if not marks or roles[-1] != "assistant" or prompt[marks[-1].end() :].strip():
        return None
    before = prompt[: marks[0].start()].rstrip()
    if before and _STRAY_LABEL.search(before):
        return None
    if len(marks) == 1:
        bare = before and INSTRUCTION in _ROLES[name].values()
        return [Turn("user", before)] if bare else None
    parts = [
        Turn(role, _between(prompt, mark.end(), following.start()))
        for role, mark, following in zip(roles, marks, marks[1:], strict=False)
    ]
    first = [Turn("system", before)] if before else []
    turns = _one_system(first + _with_instruction(parts))
    if name in _DIALOGUES and any(_SPEAKER.search(turn.text) for turn in turns):
        return None
    return turns if _waits_for_an_answer(turns) else None


def _between(prompt: str, start: int, end: int) -> str:
    blank = _BLANK.match(prompt, start, end)
    return prompt[blank.end() if blank else start : end].rstrip()


def _with_instruction(parts: list[Turn]) -> list[Turn]:
    """The parts with each instruction as the system's or the user's words, by what follows it."""
    followers = [part.role for part in parts[1:]] + ["assistant"]
    return [
        Turn("system" if follower == "user" else "user", part.text) if part.role == INSTRUCTION else part
        for part, follower in zip(parts, followers, strict=True)
    ]


def _one_system(turns: list[Turn]) -> list[Turn]:
    """The system parts at the beginning as one message, a blank line between them."""
    leading = next((place for place, turn in enumerate(turns) if turn.role != "system"), len(turns))
    if leading < 2 or not all(turn.text for turn in turns[:leading]):
        return turns
    joined = "\n\n".join(turn.text for turn in turns[:leading])
    return [Turn("system", joined), *turns[leading:]]


def _waits_for_an_answer(turns: list[Turn]) -> bool:
    """Do user and assistant take turns after the system's words, the user last, and does everyone say something?"""
    spoken = [turn.role for turn in turns if turn.role != "system"]
    expected = ["user", "assistant"] * (len(spoken) // 2) + ["user"]
    systems = len(turns) - len(spoken)
    in_front = all(turn.role == "system" for turn in turns[:systems])
    return spoken == expected and in_front and all(turn.text.strip() for turn in turns)
