"""Count the tokens of real prompt and message logs as the API bills them.

>>> import tokcount
>>> tokcount.count("2 + 2 = 4", "p50k_base")
5
>>> request = {"messages": [{"role": "user", "content": "What is the weather in Paris?"}]}
>>> tokcount.count_request(request, "gpt-4o").total
14

The interface is a few functions and the types that they return; their docstrings describe shapes, units and errors:
`count` and `count_request` for a text and a request, `read` and `scan` for the records of logs, and `drift`, `cost` and
`audit` for the reports of the commands of these names.
"""

from typing import TYPE_CHECKING, Any

from tokcount.errors import DataError, TokcountError, UsageError
from tokcount.version import __version__

if TYPE_CHECKING:
    from tokcount.analysis import audit, cost, drift, scan
    from tokcount.api import Counted, count, count_request, read
    from tokcount.logs.record import Message, Part, Record, Skipped, Usage


__all__ = [
    "Counted",
    "DataError",
    "Message",
    "Part",
    "Record",
    "Skipped",
    "TokcountError",
    "Usage",
    "UsageError",
    "__version__",
    "audit",
    "cost",
    "count",
    "count_request",
    "drift",
    "read",
    "scan",
]

_ANALYSES = frozenset({"audit", "cost", "drift", "scan"})
_RECORD_TYPES = frozenset({"Message", "Part", "Record", "Skipped", "Usage"})


def _load(name: str) -> Any:
    """Load the interface on first use, so that `import tokcount` alone stays cheap."""
    if name not in __all__:
        raise AttributeError(f"module 'tokcount' has no attribute {name!r}")
    if name in _RECORD_TYPES:
        from tokcount.logs import record

        return getattr(record, name)
    if name in _ANALYSES:
        from tokcount import analysis

        return getattr(analysis, name)
    from tokcount import api

    return getattr(api, name)


if not TYPE_CHECKING:  # which would take every name for one of this module
    __getattr__ = _load


def __dir__() -> list[str]:
    """The names that are already loaded, and those that load on first use."""
    return sorted({*globals(), *__all__})
