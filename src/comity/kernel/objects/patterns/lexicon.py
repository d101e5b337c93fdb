"""The words of plain patterns as regular expressions, and what a hash literal must look like.

Each expression takes less than the grammar does, never more. All repetition is possessive: no text makes them slow.
"""

import re
from typing import Final

from comity.kernel.objects.observables.forms import HASH_LENGTHS, algorithm

_KEYWORDS: Final = (
    "AND|OR|NOT|FOLLOWEDBY|LIKE|MATCHES|ISSUPERSET|ISSUBSET|EXISTS|LAST|IN"
    "|START|STOP|SECONDS|WITHIN|REPEATS|TIMES|true|false"
)
_END: Final = r"(?![a-zA-Z0-9_.-])"
WS: Final = r"[ \t\r\n]"

_NAME: Final = rf"(?!(?:{_KEYWORDS})\b)[a-zA-Z_][a-zA-Z0-9_]*+"
_STEP: Final = rf"(?:{_NAME}|'[a-zA-Z0-9_-]++')"
_TYPE: Final = r"(?!(?:true|false):)[a-z][a-z0-9]*+(?:-[a-z0-9]++)*+"
PATH: Final = rf"{_TYPE}:{_STEP}(?:\.{_STEP}|\[(?:\*|0|[1-9][0-9]{{0,8}})\])*+"

STRING: Final = r"'[^'\\]*+(?:\\['\\][^'\\]*+)*+'"
NUMBER: Final = rf"-?+(?:0|[1-9][0-9]{{0,17}}+)(?:\.[0-9]{{1,17}}+)?+{_END}"
TIMESTAMP: Final = r"t'[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,20}+)?+Z'"
_HEX: Final = r"h'(?:[0-9a-fA-F]{2})*+'"
_ORDERED: Final = rf"(?:{STRING}|{NUMBER}|{TIMESTAMP}|{_HEX})"
_BOOL: Final = rf"(?:true|false){_END}"


def _set_of(literal: str) -> str:
    return rf"\({WS}*+{literal}(?:{WS}*+,{WS}*+{literal})*+{WS}*+\)"


COMPARISON: Final = (
    rf"(?P<path>{PATH})(?:"
    rf"{WS}*+(?P<equals>!?=){WS}*+(?P<literal>{_ORDERED}|{_BOOL})"
    rf"|{WS}*+[<>]=?+{WS}*+(?P<ordered>{_ORDERED})"
    rf"|{WS}++(?P<notin>NOT{WS}++)?+IN{WS}*+(?P<set>{_set_of(STRING)}|{_set_of(NUMBER)})"
    rf"|{WS}++(?:NOT{WS}++)?+(?:LIKE|MATCHES|ISSUBSET|ISSUPERSET){WS}*+(?P<text>{STRING}))"
)

# One word with the blanks before it; the name of the last group tells which.
TOKEN: Final = re.compile(
    rf"{WS}*+(?:"
    rf"(?P<comparison>{COMPARISON})"
    rf"|(?P<operator>AND|OR|FOLLOWEDBY){_END}"
    r"|(?P<bracket>[\[\]()])"
    rf"|WITHIN{WS}++(?P<within>[1-9][0-9]{{0,17}}+){WS}++SECONDS{_END}"
    rf"|REPEATS{WS}++(?P<repeats>[1-9][0-9]{{0,17}}+){WS}++TIMES{_END}"
    rf"|START{WS}++(?P<start>{TIMESTAMP}){WS}++STOP{WS}++(?P<stop>{TIMESTAMP})"
    rf"|(?P<exists>(?:NOT{WS}++)?+EXISTS{WS}++(?P<existing>{PATH}))"
    ")"
)

# Comparisons in a pattern that is known to be valid; string literals are taken whole, so that nothing inside one is
# read.
SCAN: Final = re.compile(rf"{COMPARISON}|{STRING}")
STRINGS: Final = re.compile(STRING)
LITERALS: Final = re.compile(rf"{STRING}|-?[0-9.]++")

_is_hex = re.compile(r"[0-9a-fA-F]++").fullmatch
_is_fuzzy = re.compile(r"[a-zA-Z0-9/+:.]{1,128}").fullmatch


def unquoted(literal: str) -> str:
    """The text of a string literal (9.2): without its apostrophes, the two escapes resolved."""
    text = literal[1:-1]
    return text.replace("\\'", "'").replace("\\\\", "\\") if "\\" in text else text


def hash_name(path: str) -> str | None:
    """The algorithm a path under ``hashes`` ends in, as written; None for other paths."""
    before, dot, name = path.rpartition(".")
    return name.strip("'") if dot and before.endswith(("hashes", "hashes'")) else None


def is_hash(name: str, text: str) -> bool:
    """False where ``text`` can't be a hash by the named algorithm; hashes of algorithms not known here pass."""
    kind = algorithm(name)
    if kind == "ssdeep":
        return _is_fuzzy(text) is not None
    length = HASH_LENGTHS.get(kind) if kind else None
    return length is None or (len(text) == length and _is_hex(text) is not None)


def is_certain_hash(path: str, literal: str) -> bool:
    """True for a path that ends in a well-known algorithm, compared with a string of its shape."""
    name = hash_name(path)
    return name is not None and algorithm(name) is not None and literal[0] == "'" and is_hash(name, literal[1:-1])
