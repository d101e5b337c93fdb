"""Files that ``agreement`` is given: texts that people write, and files of other nodes. ``-`` is standard input."""

import sys
from pathlib import Path
from typing import Final

from comity.kernel.base.errors import Invalid, Unavailable

MOST_BYTES: Final = 8 << 20


def read_file(file: str) -> bytes:
    """A file's bytes, within bounds."""
    try:
        if file == "-":
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(file).expanduser().open("rb") as opened:
                data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise Unavailable(
            f"{file} can't be read: {error.strerror}", code="file", hint="Name a file that you may read, or -."
        ) from error
    if len(data) > MOST_BYTES:
        raise Invalid(f"{file} is larger than {MOST_BYTES >> 20} MB", code="file", hint="Is it the right file?")
    return data


def text_of(data: bytes) -> str:
    """The text of an agreement; Invalid for an offer, and for what is no text."""
    if is_offer(data):
        raise Invalid(
            "this is an offer, not a text",
            code="agreement-text",
            hint="'comity agreement preview' looks at an offer, 'accept' signs it.",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("the text is not UTF-8", code="agreement-text", hint="Save it as UTF-8.") from error


def is_offer(data: bytes) -> bool:
    """Whether it is JSON, as files between nodes are, and no text."""
    return data.lstrip()[:1] == b"{"
