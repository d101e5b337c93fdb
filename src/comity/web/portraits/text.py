"""Text from outside, made fit to be seen: nothing invisible, nothing that turns the reading direction, nothing to click.

What changes is only how it is shown; the bytes stay one click away. A name that hides a right-to-left override would
otherwise read as another name.
"""

import re
from typing import Final

from comity.web.words import msgid

LONGEST_LINE: Final = 400
LONGEST_TEXT: Final = 20_000

# What no eye can see, or what turns the reading direction: control characters but for line end and tab, format characters
# (those that are visible signs of a script are left), lone surrogates, private use, line and paragraph separators. Joiners stay:
# several scripts and emoji need them, and they change no direction.
_HIDDEN: Final = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f"
    r"\ud800-\udfff\ue000-\uf8ff\ufeff\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0001-\U000e007f\U000f0000-\U0010ffff"
)
_hidden = re.compile(f"[{_HIDDEN}]")
_SCHEMES: Final = {"http": "hxxp", "https": "hxxps", "ftp": "fxp", "ws": "wxs", "wss": "wxss"}


def visible(text: str) -> str:
    """The text with every invisible character written out as ``⟨U+202E⟩``; line ends in one form."""
    if _hidden.search(text) is None:
        return text
    return _hidden.sub(_written_out, text.replace("\r\n", "\n").replace("\r", "\n"))


def line(text: str, longest: int = LONGEST_LINE) -> str:
    """One line: blanks folded, invisible characters shown, cut at ``longest`` with an ellipsis."""
    folded = " ".join(visible(text[: longest * 8]).split())
    return folded if len(folded) <= longest else f"{folded[: longest - 1]}…"


def defanged(text: str) -> str:
    """An address that nothing makes clickable: ``hxxps://host[.]example/path``, ``name[@]host[.]example``."""
    scheme, separator, rest = text.partition("://")
    if separator:
        shown = _SCHEMES.get(scheme.lower(), scheme)
        host, slash, path = rest.partition("/")
        return f"{shown}://{_unlinked(host)}{slash}{path}"
    return _unlinked(text)


def shortened(identifier: str, head: int = 8, tail: int = 6) -> tuple[str, str, str]:
    """Start, middle and end of a long identifier: the page shows start and end, a copy takes all three."""
    if len(identifier) <= head + tail + 3:
        return identifier, "", ""
    return identifier[:head], identifier[head:-tail], identifier[-tail:]


def short_id(object_id: str) -> str:
    """``campaign--8e2e…46b3``: enough to tell two ids apart on the telephone."""
    kind, separator, rest = visible(object_id[:400]).partition("--")
    return f"{kind}{separator}{rest[:4]}…{rest[-4:]}" if separator and len(rest) > 12 else line(object_id, 60)


def words_of(term: str) -> str:
    """A vocabulary term as words: ``remote-access-trojan`` as ``remote access trojan``."""
    return line(term).replace("-", " ").replace("_", " ")


def confidence_words(confidence: int) -> str:
    """The scale of STIX 2.1 appendix A, "None / Low / Med / High"."""
    if confidence <= 0:
        return msgid("none")
    if confidence < 30:
        return msgid("low")
    return msgid("medium") if confidence < 70 else msgid("high")


def size_words(size: int) -> str:
    """``4,096 bytes (4 KiB)``."""
    amount = float(size)
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB"):
        if amount < 1024 or unit == "TiB":
            break
        amount /= 1024
    exact = f"{size:,} bytes"
    return exact if size < 1024 else f"{exact} ({amount:.1f} {unit})"


def _written_out(found: re.Match[str]) -> str:
    return f"⟨U+{ord(found[0]):04X}⟩"


def _unlinked(text: str) -> str:
    return text.replace(".", "[.]").replace("@", "[@]")
