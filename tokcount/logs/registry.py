"""The registry of log formats: which there are, and the classes behind them, imported when a log needs them.

`formats/index.json` lists the keys by which each built-in format is recognised, so that a run imports only the
formats whose keys occur. `python -m tokcount.logs.registry` writes it from the classes; a test compares the two.
Other packages add formats under the entry point group `tokcount.formats`; those are loaded when a run starts.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tokcount.errors import UsageError, suggest
from tokcount.logs.format import ANY_CONTAINER, Container, DatabaseFormat, Format, ValueFormat

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import EntryPoint

GROUP = "tokcount.formats"
"""Entry point group in which other packages register formats: a subclass of `Format`, or an instance of one."""

INDEX = Path(__file__).with_name("formats") / "index.json"
_BUILT_IN = "tokcount.logs.formats"


class Entry(msgspec.Struct, omit_defaults=True, dict=True):
    """One format of the registry, without its class."""

    name: str
    module: str
    """Below `tokcount.logs.formats`; the full name for a format of another package."""
    type: str
    keys: tuple[tuple[str, ...], ...] = ()
    rank: int = 0
    accepts: tuple[Container, ...] = ("json", "row")
    emits: tuple[str, ...] = ()
    tables: tuple[tuple[str, ...], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its records."""
        return self.emits or (self.name,)

    @property
    def order(self) -> tuple[int, int, str]:
        """Sorts entries into the order in which their formats are tried."""
        return self.rank, -min(map(len, self.keys), default=0), self.name

    @cached_property
    def format(self) -> Format:
        """The format itself."""
        made: Format = getattr(importlib.import_module(f"{_BUILT_IN}.{self.module}"), self.type)()
        return made


def entry_of(item: Format, module: str) -> Entry:
    """The entry of a format."""
    entry = Entry(item.name, module, type(item).__name__, emits=item.emits)
    if isinstance(item, ValueFormat):
        entry.keys = tuple(tuple(sorted(need)) for need in item.keys)
        entry.rank = int(item.rank)
        if item.accepts != ANY_CONTAINER:
            entry.accepts = tuple(sorted(item.accepts))
    if isinstance(item, DatabaseFormat):
        entry.tables = tuple(tuple(sorted(need)) for need in item.tables)
    return entry


@cache
def entries() -> tuple[Entry, ...]:
    """All formats in the order in which they are tried: the built-in ones and those of other packages.

    Raises `UsageError` when a format of another package cannot be loaded.
    """
    built_in = msgspec.json.decode(INDEX.read_bytes(), type=list[Entry])
    others = _of_other_packages()
    return tuple(sorted((*built_in, *others), key=lambda entry: entry.order) if others else built_in)


@cache
def _by_key() -> dict[str, list[tuple[int, frozenset[str], Entry]]]:
    """One key of each set → the place of the entry in the order of trial, the set, and the entry."""
    found: dict[str, list[tuple[int, frozenset[str], Entry]]] = {}
    for place, entry in enumerate(entries()):
        for need in entry.keys:
            found.setdefault(need[0], []).append((place, frozenset(need), entry))
    return found


def forget() -> None:
    """Look for formats again, for packages that were installed since."""
    entries.cache_clear()
    _by_key.cache_clear()


def fitting(keys: set[str], container: Container) -> list[Entry]:
    """The formats that should look at a value with these keys, in the order in which they are tried."""
    by_key = _by_key()
    found = {
        place: entry
        for key in by_key.keys() & keys
        for place, need, entry in by_key[key]
        if need <= keys and container in entry.accepts
    }
    return [found[place] for place in sorted(found)]


def value_entries() -> tuple[Entry, ...]:
    """The formats of JSON values and table rows."""
    return tuple(entry for entry in entries() if entry.keys)


def database_entries() -> tuple[Entry, ...]:
    """The formats of SQLite databases."""
    return tuple(entry for entry in entries() if entry.tables)


def format_names() -> list[str]:
    """Every format name that `--input-format` takes, sorted."""
    return sorted({name for entry in entries() for name in (entry.name, *entry.names)})


def describe_formats() -> dict[str, str]:
    """Every format name with what it reads, in one sentence: from its docstring, or from that of its module."""
    found: dict[str, str] = {}
    for entry in (*database_entries(), *value_entries()):
        for name in entry.names:
            found.setdefault(name, _description(entry.format, name))
    return dict(sorted(found.items()))


def _description(item: Format, name: str) -> str:
    for text in (type(item).__doc__, sys.modules[type(item).__module__].__doc__):
        sentence = " ".join((text or "").split("\n\n")[0].split()).removeprefix(f"`{name}`").strip(" :.,")
        if sentence:
            return sentence.replace("`", "")
    return ""


def chosen_entries(name: str | None, own: tuple[Entry, ...] = ()) -> tuple[Entry, ...]:
    """The formats to try: all of them, or those of one name or family (`openai.batch`, `openai`).

    `own`: formats of the user's own, which come first.

    Raises `UsageError` for an unknown name.
    """
    if name is None:
        return (*own, *value_entries())
    family = name.rstrip(".") + "."
    chosen = [
        entry
        for entry in (*own, *value_entries())
        if any(known == name or known.startswith(family) for known in (entry.name, *entry.names))
    ]
    if not chosen and name not in format_names():
        names = [*(entry.name for entry in own), *format_names()]
        close = suggest(name, names, cutoff=0.4, instead="")
        raise UsageError(
            f"unknown input format {name!r}. {close} 'tokcount formats' lists all.".replace("  ", " ")
        )
    return tuple(chosen)


def is_known_header(names: Iterable[str]) -> bool:
    """Does a format read table rows with these columns?"""
    columns = {spelling for name in names for spelling in (name, name.strip().lower())}
    return bool(fitting(columns, "row"))


def _of_other_packages() -> list[Entry]:
    """The formats of installed packages. Importing `importlib.metadata` takes 30 ms, looking for its files 2 ms."""
    declarations = (file for folder in sys.path for file in Path(folder).glob("*.dist-info/entry_points.txt"))
    if not any(f"[{GROUP}]".encode() in file.read_bytes() for file in declarations):
        return []
    from importlib.metadata import entry_points

    return [_loaded(point) for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)]


def _loaded(point: EntryPoint) -> Entry:
    """The entry of a format of another package, with the format in it."""
    package = point.dist.name if point.dist else point.module
    try:
        found = point.load()
        item = found() if isinstance(found, type) else found
        entry = entry_of(item, point.module) if isinstance(item, Format) else None
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise UsageError(
            f"the log format {point.name!r} of the package {package} cannot be loaded ({reason});"
            " update or uninstall that package."
        ) from error
    if entry is None:
        raise UsageError(
            f"the log format {point.name!r} of the package {package} is not a tokcount.logs.adapt.LogFormat;"
            " update or uninstall that package."
        )
    entry.__dict__["format"] = item
    return entry


def declared() -> list[Entry]:
    """The entries of all format classes in the `formats` folder: every public class that can be instantiated."""
    folder = importlib.import_module(_BUILT_IN)
    found: list[Entry] = []
    for module in pkgutil.walk_packages(folder.__path__, f"{_BUILT_IN}."):
        loaded = importlib.import_module(module.name)
        for name, each in inspect.getmembers(loaded, inspect.isclass):
            is_own = each.__module__ == module.name and not name.startswith("_")
            if is_own and issubclass(each, Format) and not inspect.isabstract(each):
                found.append(entry_of(each(), module.name.removeprefix(f"{_BUILT_IN}.")))
    return sorted(found, key=lambda entry: (entry.order, entry.module, entry.type))


def as_json(found: list[Entry]) -> bytes:
    """The text of `formats/index.json`: one line per format."""
    encode = msgspec.json.Encoder().encode
    return b"[\n" + b",\n".join(map(encode, found)) + b"\n]\n"


if __name__ == "__main__":
    INDEX.write_bytes(as_json(declared()))
