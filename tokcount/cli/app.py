"""The command line: every command has a row here and lives in a file of its own, imported when it is called."""

from __future__ import annotations

import importlib
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tokcount import __version__
from tokcount.errors import Interrupted, UsageError

COMMANDS = {
    "count": ("count:count", "Count the tokens of plain text: files, or standard input."),
    "drift": ("drift:drift", "Compare the tokens of a log under a baseline and targets."),
    "cost": ("cost:cost", "Show what a log cost, and what it would cost on other models."),
    "check": ("check:check", "Hold a log, or saved reports, to token and cost budgets."),
    "audit": (
        "audit:audit",
        "Report what moving a log to other models means: tokens, why they change, money, windows, findings.",
    ),
    "reconcile": (
        "reconcile:reconcile",
        "Compare counted tokens with the usage that the log says was billed.",
    ),
    "calibrate": (
        "reconcile:calibrate",
        "Propose framing constants for models that are billed otherwise than they are counted, with the evidence.",
    ),
    "migrate": (
        "migrate:migrate",
        "Rewrite completions requests as chat, Responses or batch requests, and list what could not be carried over.",
    ),
    "models": ("models:models", "List the models that are known, or explain names as they stand in logs."),
    "formats": (
        "formats:formats",
        "List the formats, or show what was detected in files: records, kinds, what was skipped and where.",
    ),
    "render": ("render:render", "Show a report that was saved with -f json in another format."),
    "config": ("config:config", "Show the settings that hold here, and where each comes from."),
    "doctor": (
        "doctor:doctor",
        "Check vocabularies and their hashes, the engine, versions and the date of the price data.",
    ),
}
"""Command → where it is (``file:function`` in `tokcount.cli.commands`), and the first sentence of its help."""

EXIT_CODES = """Exit codes: 0 fine; 1 a budget is broken; 2 usage or configuration (also a missing file, an unknown
model); 3 data: nothing countable was found, or records were skipped under --strict; 130 interrupted."""


WRONG_USAGE: type[Any] = typer.BadParameter.__bases__[0]
"""What typer raises for all wrong options and arguments; it has no public name of its own."""


class LazyGroup(TyperGroup):
    """Commands that are imported when they are called: ``--help`` costs no more than typer itself."""

    commands: dict[str, Any]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = dict.fromkeys(COMMANDS)  # the names are what typer suggests from

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's signature
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """The command of that name, built now; nothing for another name."""
        if cmd_name not in COMMANDS:
            return None
        if self.commands[cmd_name] is None:
            self.commands[cmd_name] = _built(cmd_name)
        return self.commands[cmd_name]

    def make_context(self, info_name: Any, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Read the options before the command. Raises `UsageError` for a wrong one."""
        asked = bool(args)
        try:
            return super().make_context(info_name, args, parent, **extra)
        except WRONG_USAGE as error:
            if not asked:
                raise  # typer's way to show the help
            raise UsageError(_one_line(error)) from None

    def invoke(self, ctx: Any) -> Any:
        """Run the command. What typer would end with codes of its own is ended here.

        An interrupt raises `Interrupted`, a wrong option `UsageError`; a reader of standard output that went away is no
        error.
        """
        try:
            return super().invoke(ctx)
        except WRONG_USAGE as error:
            raise UsageError(_one_line(error)) from None
        except KeyboardInterrupt:
            raise Interrupted("interrupted.") from None
        except BrokenPipeError:
            from tokcount.render.writing import drop_stdout

            drop_stdout()
            raise typer.Exit from None

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """The list of commands, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _one_line(error: Any) -> str:
    """What typer has to say of a wrong option, without the usage above it."""
    told = " ".join(error.format_message().split())
    end = "" if told.endswith((".", "?")) else "."
    return f"{told}{end} See {error.ctx.command_path} -h." if error.ctx else f"{told}{end}"


def _built(name: str) -> Any:
    module, function = COMMANDS[name][0].split(":")
    alone = typer.Typer(rich_markup_mode=None, add_completion=False)
    alone.command(name, context_settings=HELP)(
        getattr(importlib.import_module(f"tokcount.cli.commands.{module}"), function)
    )
    return typer.main.get_command(alone)


HELP = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    cls=LazyGroup,
    help=f"""Count the tokens of real prompt and message logs, as the API bills them.

    {EXIT_CODES}""",
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
