"""Count the tokens of real prompt and message logs, as the API bills them.

>>> import tokcount
>>> tokcount.count("2 + 2 = 4", "p50k_base")
5
>>> request = {"messages": [{"role": "user", "content": "What is the weather in Paris?"}]}
>>> tokcount.count_request(request, "gpt-4o").total
14

`count`, `count_request`, `read` and `scan` are the whole interface; see their docstrings for shapes, units and errors.
"""

from typing import TYPE_CHECKING, Any

from tokcount.errors import DataError, TokcountError, UsageError

if TYPE_CHECKING:
    from tokcount.api import Counted, count, count_request, read, scan

__version__ = "0.1.0"

__all__ = [
    "Counted",
    "DataError",
    "TokcountError",
    "UsageError",
    "__version__",
    "count",
    "count_request",
    "read",
    "scan",
]


def __getattr__(name: str) -> Any:
    """Load the interface on first use: `import tokcount` alone costs nothing."""
    if name in __all__:
        from tokcount import api

        return getattr(api, name)
    raise AttributeError(f"module 'tokcount' has no attribute {name!r}")
