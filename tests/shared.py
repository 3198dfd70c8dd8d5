"""Where the shared research data lies, beside the project; tests that need it skip plainly when it is absent."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"

needs_shared = pytest.mark.skipif(
    not (SHARED / "samples").is_dir(),
    reason=f"the folder 'shared' with samples and recordings is not beside the project ({SHARED.name})",
)
