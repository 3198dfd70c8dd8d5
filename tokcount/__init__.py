"""Count the tokens of real prompt and message logs, as the API bills them."""

__version__ = "0.1.0"
