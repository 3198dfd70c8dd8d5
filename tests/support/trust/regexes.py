"""Every regular expression of the package, how each is used, and texts that make a bad one slow."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined] # how the standard library names what it parsed
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import tokcount

PACKAGE = Path(tokcount.__file__).parent
SEARCHING = frozenset({"search", "finditer", "findall", "sub", "subn", "split"})
ANCHORED = frozenset({"match", "fullmatch"})
USUAL = " a0\n\t_-.:/\"'\\<["
REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
ENDS = ("", "\0")


def patterns() -> dict[str, re.Pattern[Any]]:
    """``module:name`` → pattern, for what modules hold and what stands in calls of `re`."""
    found: dict[str, re.Pattern[Any]] = {}
    for name in module_names():
        for variable, value in vars(_module(name)).items():
            for number, pattern in enumerate(_in(value)):
                found.setdefault(f"{name}:{variable}:{number}", pattern)
    for number, literal in enumerate(_inline()):
        found[f"inline:{literal}:{number}"] = re.compile(literal)
    return {name: pattern for name, pattern in found.items() if not name.split(":")[1].startswith("__")}


def _module(name: str) -> Any:
    """A module; nothing in place of one whose extra is not installed: clusters are not among the development extras."""
    try:
        return importlib.import_module(name)
    except ImportError:
        if not name.startswith(("tokcount.spark", "tokcount.ray")):
            raise
        return object


def module_names() -> list[str]:
    """All modules of the package but the program itself."""
    every = pkgutil.walk_packages(tokcount.__path__, "tokcount.")
    return [module.name for module in every if not module.name.endswith("__main__")]


def uses(module: str, name: str) -> frozenset[str]:
    """The methods that are called on the variable ``name`` somewhere in the package, or in its module where it is
    private; all where that cannot be seen.
    """
    called = {
        attribute
        for where, value, attribute in _calls()
        if value == name and (where == module or not name.startswith("_"))
    }
    return frozenset(called & (SEARCHING | ANCHORED)) or SEARCHING | ANCHORED


@cache
def _calls() -> frozenset[tuple[str, str, str]]:
    """Module, variable and method of every call ``variable.method(…)``."""
    calls = (
        (module, node.func)
        for module, tree in _trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    )
    return frozenset(
        (module, called.value.id, called.attr)
        for module, called in calls
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name)
    )


def attacks(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str, str]]:
    """Beginnings, what to repeat after them, and ends at which a match that was nearly there fails."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(text, pattern.flags)
    own = dict.fromkeys(_literals(tree))
    named = [*own][:10]
    pairs = map("".join, product(named, [*named, *USUAL[:3]]))
    units = {("", unit) for unit in {*named, *USUAL, *pairs}}
    for before, body in _repeated(tree, ""):
        for unit in _samples(body):
            units |= {(before, unit), ("", before + unit)}
    yield from ((before, unit, end) for (before, unit), end in product(sorted(units), ENDS) if unit)


def _in(value: Any, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 4 and isinstance(value, dict):
        yield from (found for item in value.items() for found in _in(item, depth + 1))
    elif depth < 4 and isinstance(value, list | tuple | set | frozenset):
        yield from (found for each in value for found in _in(each, depth + 1))
    elif depth < 4 and not isinstance(value, type) and hasattr(value, "__struct_fields__"):
        yield from (
            found for name in value.__struct_fields__ for found in _in(getattr(value, name), depth + 1)
        )


@cache
def _trees() -> dict[str, ast.Module]:
    return {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            path.read_text("utf-8")
        )
        for path in PACKAGE.rglob("*.py")
    }


def _inline() -> Iterator[str]:
    """Patterns that stand where they are used: ``re.search(r"…", text)``."""
    for tree in _trees().values():
        for node in ast.walk(tree):
            called = node.func if isinstance(node, ast.Call) else None
            if not isinstance(called, ast.Attribute) or called.attr not in SEARCHING | ANCHORED:
                continue
            if isinstance(called.value, ast.Name) and called.value.id == "re":
                first = node.args[0]  # type: ignore[attr-defined] # a call, see above
                if isinstance(first, ast.Constant):
                    yield first.value


def _repeated(tree: Any, before: str) -> Iterator[tuple[str, Any]]:
    """What is repeated without a small limit, with a text that leads there."""
    for code, value in tree:
        if code in REPEATS:
            if value[1] > 10:
                yield before, value[2]
            yield from _repeated(value[2], before)
        else:
            for part in _parts(code, value):
                yield from _repeated(part, before)
        before += _sample([(code, value)])


def _parts(code: Any, value: Any) -> list[Any]:
    if code is codes.SUBPATTERN:
        return [value[-1]]
    if code is codes.BRANCH:
        return list(value[1])
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return [value[1]]
    return [value] if code is codes.ATOMIC_GROUP else []


def _samples(tree: Any) -> Iterator[str]:
    """Texts that match: one for each alternative of the outermost choice."""
    items = list(tree)
    if len(items) == 1 and (parts := _parts(*items[0])):
        for part in parts:
            yield from _samples(part)
    else:
        yield _sample(items)


def _sample(tree: Any) -> str:
    """A text that matches, looking around aside."""
    return "".join(_sample_of(code, value) for code, value in tree)


def _sample_of(code: Any, value: Any) -> str:
    if code is codes.LITERAL:
        return chr(value)
    if code is codes.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if code is codes.ANY:
        return "a"
    if code is codes.IN:
        return _one_of(value)
    if code in REPEATS:
        return _sample(value[2]) * min(max(value[0], 1), 70)
    if code in (codes.SUBPATTERN, codes.BRANCH, codes.ATOMIC_GROUP):
        return _sample(_parts(code, value)[0])
    return ""


def _one_of(members: list[tuple[Any, Any]]) -> str:
    inverted = members[0][0] is codes.NEGATE
    usual = (letter for letter in USUAL + "éx(]{}=+,;!" if _is_in(members, letter) != inverted)
    literals = (
        chr(value if code is codes.LITERAL else value[0]) for code, value in members if code in _PLAIN
    )
    return next(usual, next(literals, "a"))


_PLAIN = (codes.LITERAL, codes.RANGE)
_CATEGORIES = {
    "DIGIT": str.isdigit,
    "SPACE": str.isspace,
    "WORD": lambda letter: letter.isalnum() or letter == "_",
}


def _is_in(members: list[tuple[Any, Any]], letter: str) -> bool:
    return any(_fits(code, value, letter) for code, value in members)


def _fits(code: Any, value: Any, letter: str) -> bool:
    if code is codes.LITERAL:
        return bool(chr(value) == letter)
    if code is codes.RANGE:
        return bool(value[0] <= ord(letter) <= value[1])
    if code is codes.CATEGORY:
        *_, name = str(value).split("_")
        return _CATEGORIES[name](letter) != ("_NOT_" in str(value))
    return False


def _literals(tree: Any) -> Iterator[str]:
    """The characters that the pattern names."""
    for code, value in tree:
        if code is codes.LITERAL:
            yield chr(value)
        elif code is codes.IN:
            yield from (chr(each) for kind, each in value if kind is codes.LITERAL)
        elif code in REPEATS:
            yield from _literals(value[2])
        else:
            for part in _parts(code, value):
                yield from _literals(part)
