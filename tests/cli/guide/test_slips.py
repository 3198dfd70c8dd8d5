"""Common slips are answered with what was meant."""

import pytest
from support.inside import Inside


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (("-",), "'-' is not a command; to count text: tokcount count -; to read a log: tokcount drift -."),
        (("logs/",), "to read a log: tokcount drift logs/"),
        (("*.jsonl",), "to count text: tokcount count *.jsonl"),
        (("version",), "use: tokcount --version"),
        (("tokens",), "use: tokcount count --pieces"),
        (("count", "some words"), "to count a text, pipe it: printf %s 'TEXT' | tokcount count"),
        (("count", "--no-color"), "no such option --no-color: use --color never"),
        (("drift", "--ids"), "token ids are shown by: tokcount count --ids"),
        (("drift", "-t", "5"), "texts are cut by: tokcount count -t N"),
        (("-v",), "the version is shown by: tokcount -V"),
        (("cost", "--json"), "use -f json"),
        (("dirft",), "Did you mean 'drift'"),
        (("count", "--trunkate", "5"), "--truncate"),
    ],
)
def test_a_slip_is_answered_in_one_line(inside: Inside, arguments: tuple[str, ...], answer: str) -> None:
    done = inside(*arguments)

    assert done.code == 2
    assert answer in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_help_is_a_command_too(inside: Inside) -> None:
    assert inside("help", "drift").out == inside("drift", "--help").out
    assert inside("help").out == inside("--help").out


@pytest.mark.parametrize("arguments", [("-t", "2"), ("--encode",), ("--tokens",), ("-i", "a.txt")])
def test_options_that_other_tools_taught_are_understood(inside: Inside, arguments: tuple[str, ...]) -> None:
    inside.write("a.txt", "some words")

    assert inside("count", *(arguments if "-i" in arguments else ("a.txt", *arguments))).code == 0
