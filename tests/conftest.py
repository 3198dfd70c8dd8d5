"""Settings of the whole suite.

Properties are tried with the same examples everywhere; ``HYPOTHESIS_PROFILE=ci`` tries more, ``thorough`` many, new
ones each time, and ``laws`` ten thousand, for single files.
How long an example takes says nothing on a machine that does other things as well.
"""

import os

from hypothesis import settings

# The commands that tests start need not be compiled each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


settings.register_profile("quick", max_examples=25, deadline=None, derandomize=True)
settings.register_profile("ci", max_examples=60, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=1_000, deadline=None)
settings.register_profile("laws", max_examples=10_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
