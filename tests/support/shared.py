"""Where the shared research data lies, beside the project; tests that need it skip plainly when it is absent."""

import pytest

from support.paths import ROOT

SHARED = ROOT.parent / "shared"

needs_shared = pytest.mark.skipif(
    not (SHARED / "samples").is_dir(),
    reason=f"the folder 'shared' with samples and recordings is not beside the project ({SHARED.name})",
)
