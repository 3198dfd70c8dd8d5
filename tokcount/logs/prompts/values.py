"""The file of `--vars`: values for the variables of prompt files."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from tokcount.errors import UsageError
from tokcount.logs.adapt.yaml_text import Document


def variables_in(path: Path) -> dict[str, Any]:
    """Name → value, from a JSON, YAML or TOML file.

    Raises `UsageError` when the file cannot be read, or does not hold names and values.
    """
    try:
        text = path.read_text("utf-8-sig")
        values = _parsed(text, path.suffix.lower())
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}.") from error
    except ImportError:
        raise UsageError(f"{path}: YAML needs the extra: pip install 'tokcount[prompts]'.") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not readable: {error}".splitlines()[0]) from error
    if not isinstance(values, dict):
        raise UsageError(f'{path}: expected names and values, such as {{"customer": "Ada"}}.')
    return {str(name): value for name, value in values.items()}


def _parsed(text: str, suffix: str) -> Any:
    if suffix == ".toml":
        return tomllib.loads(text)
    if suffix == ".json":
        return json.loads(text)
    document = Document(text)
    return document.value(document.root)
