"""`tokcount config`: the settings, their values, and where each comes from."""

from __future__ import annotations

from tokcount.document.blocks import Block, Blocks, Cell, Column, Line, Table
from tokcount.document.rows import Row
from tokcount.reports.inspect.report import ConfigReport, Setting

DEFAULT = "default"
COLUMNS = (Column("setting"), Column("value"), Column("from"))


def blocks(report: ConfigReport) -> Blocks:
    """The file, the settings that differ from their defaults, and the names of the others."""
    chosen = [setting for setting in report.settings if setting.origin != DEFAULT]
    unset = [_unset(setting) for setting in report.settings if setting.origin == DEFAULT]
    title = f"Configuration: {report.file}" if report.file else "No configuration file."
    found: list[Block] = [Line(title, "strong")]
    if chosen:
        found.append(
            Table(COLUMNS, tuple((setting.key, _text(setting), setting.origin) for setting in chosen))
        )
    else:
        found.append(Line("All settings have their defaults."))
    return [*found, Line(f"At their defaults: {', '.join(unset)}", "note")]


def _unset(setting: Setting) -> str:
    """The key of a setting, with its default where it has one."""
    return setting.key if setting.value is None else f"{setting.key} = {_text(setting)}"


def rows(report: ConfigReport) -> list[Row]:
    """One row per setting: `key, value, origin`; several values are joined by `; `."""
    return [
        {"key": setting.key, "value": _text(setting), "origin": setting.origin} for setting in report.settings
    ]


def _text(setting: Setting) -> Cell:
    value = setting.value
    if isinstance(value, list):
        return "; ".join(value)
    return value if value is None or isinstance(value, (str, bool)) else str(value)
