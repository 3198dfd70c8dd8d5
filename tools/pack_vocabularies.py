"""Makes the packed vocabularies of this package from tiktoken's files.

    python tools/pack_vocabularies.py o200k_base.tiktoken cl100k_base.tiktoken.gz ...

Files may be gzipped. Each is written to `vocabularies/<name>.bin` once its SHA-256 is the one that tiktoken
publishes for that name.
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

from tokcount.errors import TokcountError, VocabularyError
from tokcount.tokens import encodings
from tokcount.tokens.encodings.packed import from_tiktoken_text, pack


def pack_file(path: Path, folder: Path) -> Path:
    """Write the packed form of one `.tiktoken` file to `folder`; `VocabularyError` on any other hash."""
    data = path.read_bytes()
    text = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    name = path.name.split(".")[0]
    if encodings.sha256(text) != encodings.published_sha256(name):
        raise VocabularyError(f"{path}: not the file that tiktoken publishes as {name}; fetch it again")
    target = folder / f"{name}.bin"
    target.write_bytes(pack(from_tiktoken_text(text)))
    return target


def main(arguments: list[str]) -> int:
    """Pack every file named; 2 when one of them is not tiktoken's."""
    try:
        for argument in arguments:
            target = pack_file(Path(argument), encodings.VOCABULARIES)
            sys.stdout.write(f"{target.name}: {target.stat().st_size:,} bytes\n")
    except TokcountError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
