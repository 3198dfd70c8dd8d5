"""Many small cases in one test."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

Test = Callable[..., None]


def together(names: str, cases: Iterable[Any] | Callable[[], Iterable[Any]]) -> Callable[[Test], Test]:
    """Like ``pytest.mark.parametrize``, but one test: a thousand small cases cost what their checks cost.

    All cases are tried, with the same fixtures; the test fails with each that failed. Cases that take long to find are
    a function, which is called when the test runs.
    """
    arguments = [name.strip() for name in names.split(",")]

    def decorate(test: Test) -> Test:
        @functools.wraps(test)
        def run(**fixtures: Any) -> None:
            tried, failed = list(cases() if callable(cases) else cases), []
            for case in tried:
                given = dict(zip(arguments, case if len(arguments) > 1 else [case], strict=True))
                try:
                    test(**fixtures, **given)
                except Exception as error:  # noqa: BLE001 - a case that raises is a case that failed
                    failed.append(f"{str(given)[:200]}: {type(error).__name__}: {error}")
            assert not failed, f"{len(failed)} of {len(tried)} cases failed:\n" + "\n".join(failed)

        signature = inspect.signature(test)
        kept = [each for each in signature.parameters.values() if each.name not in arguments]
        run.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
        return run

    return decorate
