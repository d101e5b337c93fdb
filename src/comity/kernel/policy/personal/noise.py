"""What looks like somebody's number and is none: hashes, ids, moments, addresses, versions, prices. Blanked before numbers are
read, so that no detector has to know them all.
"""

import re
from collections.abc import Iterable
from typing import Final

from comity.kernel.policy.personal.finding import BLANK

_NOT_IN = r"(?<![0-9A-Za-z_])"
_ENDS = r"(?![0-9A-Za-z_])"
_DATE: Final = (
    r"(?:19|20)\d\d([-./])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])"
    r"(?:[T ]?\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d)(?!\d))?)?"
    r"|(?:0?[1-9]|[12]\d|3[01])([-./])(?:0?[1-9]|[12]\d|3[01])\2(?:19|20)\d\d"
    r"|\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?: ?[+-]\d\d:?\d\d(?!\d))?"
)
_CERTAIN: Final = re.compile(
    "|".join(
        (
            rf"{_NOT_IN}[0-9a-fA-F]{{8}}-(?:[0-9a-fA-F]{{4}}-){{3}}[0-9a-fA-F]{{12}}{_ENDS}",  # UUID
            rf"{_NOT_IN}(?=[0-9]*[a-fA-F])[0-9a-fA-F]{{16,}}{_ENDS}|{_NOT_IN}[0-9]{{32,}}{_ENDS}",  # hash
            rf"{_NOT_IN}0x[0-9a-fA-F]+",
            rf"{_NOT_IN}S-1-\d+(?:-\d+)+",  # security identifier of Windows
            rf"{_NOT_IN}(?:[0-9a-fA-F]{{2}}[:-]){{5,}}[0-9a-fA-F]{{2}}{_ENDS}",  # MAC address, fingerprint
            r"(?<![A-Za-z0-9+/_-])(?=[A-Za-z0-9+/_-]*[A-Za-z])[A-Za-z0-9+/_-]{40,}={0,2}",  # base64
            rf"{_NOT_IN}(?:\d{{1,3}}\.){{3}}\d{{1,3}}(?::\d{{1,5}}|/\d{{1,2}})?(?![\d])(?!\.\d)",  # IPv4
            rf"{_NOT_IN}(?<!:)(?=[0-9a-fA-F]*:[0-9a-fA-F:]*[a-fA-F:])(?:[0-9a-fA-F]{{1,4}}:){{2,7}}:?[0-9a-fA-F]{{0,4}}",  # IPv6
            rf"(?<![\d.])(?:{_DATE})(?!\d)",
            r"\b(?:https?|hxxps?|ftp|meow)://[^\s?#\"'<>]+",  # up to its query
        )
    )
)
"""What is certain to be no number of a person's."""

_PLAIN_TELEPHONE: Final = (
    r"0\d{1,4}\.\d{3,4}\.\d{4}|[2-9]\d\d\.[2-9]\d\d\.\d{4}|0\d(?:\.\d\d){4}|\d\d\.\d\d\.\d\d-\d{3}\.\d\d"
)
_CURRENCY: Final = r"USD|EUR|GBP|KRW|JPY|BTC|ETH|won|dollars?|euros?|원|만원|억원|달러|유로"
_ID_WORD: Final = r"\b(?!(?:TEL|FAX|MOB|MOBILE|CELL|PHONE|HP|CALL)\b)[A-Z][A-Z0-9]{1,15}[-_](?:[A-Z0-9]{1,12}[-_])*"
_LIKELY: Final = re.compile(
    "|".join(
        (
            # ids of cases, advisories, techniques, rules
            rf"{_ID_WORD}(?!0\d{{1,2}}-\d{{3,4}}-\d{{4}})\d[\dA-Z]*(?:[-_.]\d+)*",
            # versions, and dotted numbers that are not dotted as a telephone number (or a Belgian's) is
            r"\bv(?:er(?:sion)?)?\.? ?\d+(?:\.\d+)+(?:[-+][\w.]+)?|\bbuild ?\d[\d.]*",
            rf"{_NOT_IN}(?!(?:{_PLAIN_TELEPHONE})(?!\.?\d))\d+(?:\.\d+){{2,}}(?:[-+]\w+)?",
            # money and other amounts
            rf"[$€£¥₩] ?\d[\d.,]*|\d[\d.,]* ?(?:{_CURRENCY})(?![A-Za-z])",
            r"(?<![\d,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])",
            r"(?<![\d.])-?\d{1,3}\.\d{4,}(?![\d.])",
            # what a word before it says
            r"\b[Pp]orts?:? \d{1,5}(?: ?[-–,~] ?\d{1,5})*(?![-\d])|(?<!\d)\d{2,5}/(?:tcp|udp)",
            r"\b(?:pid|PID|AS|ASN|EventID|event id|KB|RFC|line|rev|commit|sha|size|bytes|port|offset)[ :=#]*\d+(?![-.\d])",
        )
    )
)
"""What mostly is none; numbers with a check of their own are read before it is blanked."""


def without_certain(text: str) -> str:
    """The text without what is certain to be no number of a person's; as long as before."""
    return _CERTAIN.sub(_blank, text)


def without_likely(text: str, windows: Iterable[tuple[int, int]]) -> str:
    """The text without what in these places mostly is none; as long as before."""
    pieces, done = [], 0
    for start, end in windows:
        pieces += [text[done:start], _LIKELY.sub(_blank, text[start:end])]
        done = end
    return "".join([*pieces, text[done:]])


def _blank(match: re.Match[str]) -> str:
    return BLANK * len(match.group())
