"""Width and colour of the output target."""

from __future__ import annotations

import pytest

from tokcount.render.terminal import ColorChoice, OutputTarget, takes_color, target_of


class Tty:
    """A stream with a person behind it."""

    def isatty(self) -> bool:
        return True


class Pipe:
    """A stream with a program behind it."""

    def isatty(self) -> bool:
        return False


@pytest.mark.parametrize(
    ("choice", "is_terminal", "environ", "expected"),
    [
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", False, {"FORCE_COLOR": "1"}, True),
        ("auto", False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("auto", True, {"TERM": "dumb"}, False),
        ("auto", True, {"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_follows_the_option_then_the_environment_then_the_stream(
    choice: ColorChoice, is_terminal: bool, environ: dict[str, str], expected: bool
) -> None:
    assert takes_color(choice, is_terminal=is_terminal, environ=environ) is expected


def test_a_pipe_and_a_file_have_no_width() -> None:
    assert target_of(Pipe(), "auto", {}) == OutputTarget(width=None, color=False, for_programs=True)
    assert target_of(None, "auto", {}) == OutputTarget(width=None, color=False, for_programs=True)


def test_a_terminal_has_the_width_that_it_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "77")

    assert target_of(Tty(), "auto", {}) == OutputTarget(width=77, color=True)
