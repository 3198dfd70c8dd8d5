"""Inside `logs`, imports go in one direction, and of the package outside only its errors and the names
of vendors are used."""

import ast
from pathlib import Path

from support.together import together

import tokcount.logs

ROOT = Path(tokcount.logs.__file__).parent
LAYERS = (
    ("paths",),
    ("scalars",),
    ("options",),
    ("record",),
    ("accounting",),
    ("source",),
    ("revisions",),
    ("format",),
    ("credible",),
    ("alike", "bytes"),
    ("adapt",),
    ("containers", "unknown"),
    ("prompts",),
    ("formats",),
    ("registry",),
    ("detect", "sqlite"),
    ("conversations", "mapping"),
    ("reader",),
    ("suggest", "summary"),
)
"""From the bottom to the top: a layer may import what is below it, and a folder its own files."""

LEVELS = {name: level for level, names in enumerate(LAYERS) for name in names}
FILES = sorted(path for path in ROOT.rglob("*.py") if path.parent != ROOT or path.stem != "__init__")


def imported(path: Path) -> set[str]:
    """The modules that a file imports, also inside functions and for typing only."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "tokcount.logs":
            found |= {f"tokcount.logs.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return {name for name in found if name.partition(".")[0] == "tokcount"}


@together("path", FILES)
def test_a_file_imports_only_what_is_below_it(path: Path) -> None:
    layer = path.relative_to(ROOT).parts[0].removesuffix(".py")
    names = imported(path) - {"tokcount.errors", "tokcount.vendors"}

    assert {name for name in names if not name.startswith("tokcount.logs.")} == set()
    used = {name.split(".")[2] for name in names}
    assert {name for name in used if name != layer and LEVELS[name] >= LEVELS[layer]} == set()
