"""The command line. Each command has a row in `COMMANDS` and a file of its own, imported when it runs."""

from __future__ import annotations

import importlib
import re
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tokcount.cli.guide.help import Command
from tokcount.errors import Interrupted, UsageError
from tokcount.version import __version__

COMMANDS = {
    "demo": ("doctor:demo", "Show the main job on a sample log, and what to try next."),
    "count": ("count:count", "Count the tokens of plain text, like wc; or show and cut texts at tokens."),
    "decode": ("count:decode", "Turn token ids into text."),
    "drift": ("drift:drift", "Compare a log's token counts under a baseline and targets."),
    "cost": ("cost:cost", "Show what a log cost and what it would cost on other models."),
    "check": ("check:check", "Check a log or saved reports against token and cost budgets."),
    "diff": ("diff:diff", "Show what grew between two logs, prompt files or folders."),
    "audit": (
        "audit:audit",
        "Report what migrating to other models means: tokens, causes of drift, costs, context windows, findings.",
    ),
    "reconcile": (
        "reconcile:reconcile",
        "Compare counted tokens with the billed usage in the log.",
    ),
    "calibrate": (
        "reconcile:calibrate",
        "Suggest framing constants for models whose billed tokens differ from the count.",
    ),
    "migrate": (
        "migrate:migrate",
        "Rewrite the requests of a log for another model or endpoint, and list what was lost.",
    ),
    "models": ("models:models", "List the known models, or explain how model names are resolved."),
    "formats": (
        "formats:formats",
        "List the log formats, or show what was detected in files: records, kinds, skipped items and their locations.",
    ),
    "render": ("render:render", "Convert a report saved with -f json to another format."),
    "config": ("config:config", "Show the settings in effect and where each comes from."),
    "doctor": (
        "doctor:doctor",
        "Check the installation: vocabularies, engine, versions, age of the price data.",
    ),
}
"""Command → its location (`file:function` in `tokcount.cli.commands`) and its line in `tokcount --help`."""

EXIT_CODES = """Exit codes: 0 success; 1 a budget is broken, or a log differs from its invoice (--tolerance); 2 wrong
usage or configuration (including a missing file or an unknown model); 3 data error: nothing countable was found, or
more was skipped than --strict or --max-skipped allows; 130 interrupted."""


WRONG_USAGE: type[Any] = typer.BadParameter.__bases__[0]
"""The base class of typer's errors for wrong options and arguments, which typer does not export."""


_UNKNOWN_COMMAND = re.compile(r"No such command '(.*?)'\..*", re.DOTALL)


class LazyGroup(TyperGroup):
    """A group that imports a command when it runs, so that `--help` loads nothing but typer."""

    commands: dict[str, Any]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = dict.fromkeys(COMMANDS)  # typer suggests from these names

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's signature
        """The command names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """The command of that name, built on first use; `None` for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        if self.commands[cmd_name] is None:
            self.commands[cmd_name] = _built(cmd_name)
        return self.commands[cmd_name]

    def make_context(self, info_name: Any, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Parse the options before the command. Raises `UsageError` for a wrong one."""
        asked = bool(args)
        if args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        try:
            return super().make_context(info_name, args, parent, **extra)
        except WRONG_USAGE as error:
            if not asked:
                raise  # typer shows the help
            raise UsageError(_one_line(error)) from None
        except BrokenPipeError:
            raise _closed() from None

    def invoke(self, ctx: Any) -> Any:
        """Run the command, translating what typer would end with exit codes of its own.

        Raises `Interrupted` on Ctrl-C and `UsageError` for a wrong option. A closed pipe on standard output is not an
        error.
        """
        try:
            return super().invoke(ctx)
        except WRONG_USAGE as error:
            raise UsageError(_one_line(error)) from None
        except KeyboardInterrupt:
            raise Interrupted("interrupted.") from None
        except BrokenPipeError:
            raise _closed() from None

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _closed() -> typer.Exit:
    """The end of a run whose reader of standard output has gone away."""
    from tokcount.render.writing import drop_stdout

    drop_stdout()
    return typer.Exit()


def _one_line(error: Any) -> str:
    """Typer's message about a wrong option, without the usage text above it; or what was meant, if that is known."""
    meant = _meant(error)
    if meant is not None:
        return meant
    text = " ".join(error.format_message().split())
    end = "" if text.endswith((".", "?")) else "."
    return f"{text}{end} See {error.ctx.command_path} -h." if error.ctx else f"{text}{end}"


def _meant(error: Any) -> str | None:
    """The answer to a common slip."""
    from tokcount.cli.guide import slips

    option = getattr(error, "option_name", None)
    if isinstance(option, str):
        found = slips.for_option(option)
        return None if found is None else f"no such option {option}: {found}."
    match = _UNKNOWN_COMMAND.fullmatch(error.format_message())
    found = slips.for_command(match[1]) if match else None
    return None if found is None else f"{found}."


def _built(name: str) -> Any:
    module, function = COMMANDS[name][0].split(":")
    group = typer.Typer(rich_markup_mode=None, add_completion=False)
    group.command(name, cls=Command, context_settings=HELP)(
        getattr(importlib.import_module(f"tokcount.cli.commands.{module}"), function)
    )
    return typer.main.get_command(group)


HELP = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    cls=LazyGroup,
    help=f"Count the tokens of real prompt and message logs as the API bills them.\n\n{EXIT_CODES}",
    epilog="New here? tokcount demo",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=HELP,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tokcount {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    pass
