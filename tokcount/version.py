"""The version of tokcount, where every part of the package may read it."""

from typing import Final

__version__: Final = "0.1.0"
