"""Where the project's folders are."""

from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).resolve().parents[1]
ROOT: Final = TESTS.parent
DOCS: Final = ROOT / "docs"
SAMPLES: Final = ROOT / "sample_logs"
FIXTURES: Final = TESTS / "logs" / "fixtures"
