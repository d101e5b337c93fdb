"""Finding values of a kind of observables in text, by their form.

Lives here: one linear expression for each kind whose values have a form of their own. They are run on a text as it is read
(``redaction.views``): in lower case, refanged. What has no form of its own (names of accounts, mutexes, software) is found only
where it is known from a property or a pattern. What is found too often costs a word; what is missed is a leak: so what looks
like a name of the network is taken for one, unless it ends as files do.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import idna
import msgspec

from comity.kernel.objects.observables import HASH_LENGTHS, normalise


class Found(msgspec.Struct, frozen=True):
    """A value in a text: where, of which kind, in normal form."""

    start: int
    end: int
    kind: str
    value: str


_OCTET: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_LABEL: Final = r"[a-z0-9_-]{1,63}+"
_WIDE: Final = r"[\w-]{1,63}+"
_FILES: Final = (
    "7z|apk|asp|aspx|bat|bin|bmp|cfg|cmd|conf|csv|dat|db|dll|doc|docm|docx|dmg|elf|eml|exe|gif|gz|hta|htm|html|img|ini|iso|jar|"
    "jpeg|jpg|js|json|jsp|key|lnk|log|msg|msi|ocx|pcap|pdb|pdf|pem|php|png|ppt|pptx|ps1|rar|reg|rtf|scr|sys|tar|tmp|txt|vbs|"
    "wsf|xls|xlsm|xlsx|xml|yaml|yml"
)
# Names of countries and of the most used generic domains in other letters; others are found as xn--, or where they are known.
_ENCODED_TOPS: Final = """
    xn--3e0b707e xn--mk1bu44c xn--t60b56a xn--cg4bki xn--fiqs8s xn--fiqz9s xn--j6w193g xn--kprw13d xn--kpry57d
    xn--mix891f xn--yfro4i67o xn--55qx5d xn--io0a7i xn--fiq228c5hs xn--ses554g xn--3ds443g xn--q9jyb4c xn--tckwe
    xn--p1ai xn--j1amh xn--90ais xn--90a3ac xn--d1alf xn--90ae xn--e1a4c xn--l1acc xn--80ao21a xn--p1acf xn--c1avg
    xn--80aswg xn--80asehdb xn--80adxhks xn--d1acj3b xn--qxam xn--qxa6a xn--y9a3aq xn--node xn--o3cw4h xn--q7ce6a
    xn--h2brj9c xn--45brj9c xn--54b7fta0cc xn--xkc2dl3a5ee0h xn--xkc2al3hye2a xn--fzc2c9e2c xn--mgberp4a5d4ar
    xn--mgbaam7a8h xn--mgba3a4f16a xn--wgbh1c xn--wgbl6a xn--pgbs0dh xn--mgb9awbf xn--mgbayh7gpa xn--ygbi2ammx
    xn--mgbc0a9azcg xn--lgbbat1ad8j xn--ogbpf8fl xn--ngbc5azd xn--4gbrim
"""
_TOPS: Final = "|".join(map(idna.decode, _ENCODED_TOPS.split()))
_NAME: Final = (
    rf"(?<![a-z0-9_-])(?<![a-z0-9_-]\.)(?:{_LABEL}\.)+"
    rf"(?!(?:{_FILES})(?![a-z0-9_.-]))(?:xn--[a-z0-9-]{{1,59}}|[a-z]{{2,63}})(?![a-z0-9_-])"
)
_WIDE_NAME: Final = (
    rf"(?<![\w-])(?<![\w-]\.)(?:{_WIDE}\.)+"
    rf"(?!(?:{_FILES})(?![a-z0-9_.-]))(?:{_TOPS}|xn--[a-z0-9-]{{1,59}}|[a-z]{{2,63}})(?![a-z0-9_-])"
)
_URL: Final = r"(?<![a-z0-9])[a-z][a-z0-9+.-]{1,20}://(?:\[[0-9a-f:.]{2,45}\])?[^\s<>\"'`{}|\\^\[\]]*+"
_ADDRESS: Final = (
    r"[a-z0-9.!#$%&*+/=?^_`{|}~'-]{1,64}@"
    rf"(?:\[[0-9a-f:.]{{2,45}}\]|(?:{_WIDE}\.)+(?:{_TOPS}|xn--[a-z0-9-]{{1,59}}|[a-z]{{2,63}})|[a-z0-9-]{{1,63}})"
)

_EXPRESSIONS: Final[dict[str, re.Pattern[str]]] = {
    "url": re.compile(_URL),
    "email-addr": re.compile(_ADDRESS),
    "domain-name": re.compile(_NAME),
    "ipv4-addr": re.compile(
        rf"(?<![0-9])(?<![0-9]\.){_OCTET}(?:\.{_OCTET}){{3}}(?![0-9])(?!\.[0-9])(?:/[0-9]{{1,2}}(?![0-9])(?!\.[0-9]))?"
    ),
    "ipv6-addr": re.compile(r"(?<![\w:.])(?=[0-9a-f]*:[0-9a-f]*:)[0-9a-f:.]{3,45}+(?:/[0-9]{1,3})?"),
    "mac-addr": re.compile(
        r"(?<![0-9a-f:.-])[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}(?![0-9a-f:-])"
        r"|(?<![0-9a-f.])[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}(?![0-9a-f.])"
    ),
    "autonomous-system": re.compile(r"(?<![a-z0-9])asn? ?[0-9]{1,10}(?![0-9])"),
    "cve": re.compile(r"(?<![a-z0-9])cve-[0-9]{4}-[0-9]{4,19}(?![0-9])"),
    "cpe": re.compile(r"(?<![a-z0-9])cpe:(?:2\.3:|/)[aho][^\s\"'<>]*+"),
    "windows-registry-key": re.compile(r"(?<![a-z0-9])(?:hkey_[a-z_]{4,20}|hk(?:lm|cu|cr|u|cc))\\[^\s\"'<>|]++"),
    "directory": re.compile(r"(?<![\w])(?:[a-z]:\\|\\\\)[^\s\"'<>|*?]++|(?<![\w.:/])/(?:[^\s/\"'<>|]++/)++"),
    "file-name": re.compile(r"[^\s/\\:\"'<>|*?,;()\[\]{}]++"),
    "ssdeep": re.compile(r"(?<![\w/+:])[0-9]{1,12}:[\w/+]{3,128}+:[\w/+]{3,128}+"),
    "tlsh": re.compile(r"(?<![0-9a-z])(?:t1)?[0-9a-f]{70}(?![0-9a-z])"),
}
_wide_names = re.compile(_WIDE_NAME).finditer
_hashes = re.compile(r"(?<![0-9a-z])[0-9a-f]{32,128}+(?![0-9a-z])").finditer
_is_file = re.compile(rf".*\.(?:{_FILES})", re.DOTALL).fullmatch
_BY_LENGTH: Final[dict[int, tuple[str, ...]]] = {
    length: tuple(name for name, each in HASH_LENGTHS.items() if each == length)
    for length in sorted(set(HASH_LENGTHS.values()))
}
_ends = ".,;:!?)'-"
# What a text has to hold for a kind to be in it.
_SIGNS: Final[dict[str, Callable[[str], bool]]] = {
    "url": lambda text: "://" in text,
    "email-addr": lambda text: "@" in text,
    "domain-name": lambda text: "." in text,
    "ipv4-addr": lambda text: text.count(".") >= 3,
    "ipv6-addr": lambda text: text.count(":") >= 2,
    "file-name": lambda text: "." in text,
    "directory": lambda text: "/" in text or "\\" in text,
    "windows-registry-key": lambda text: "\\" in text,
    "cve": lambda text: "cve-" in text,
    "autonomous-system": lambda text: "as" in text,
    "ssdeep": lambda text: ":" in text,
}


def found(text: str, kinds: Iterable[str]) -> Iterator[Found]:
    """Every value of these kinds in a text as it is read, kind by kind."""
    hashed = [kind for kind in kinds if kind in HASH_LENGTHS]
    if hashed:
        yield from _hashed(text, hashed)
    for kind in kinds:
        expression = _EXPRESSIONS.get(kind)
        sign = _SIGNS.get(kind)
        if expression is None or (sign is not None and not sign(text)):
            continue
        matches = _wide_names(text) if kind == "domain-name" and not text.isascii() else expression.finditer(text)
        for match in matches:
            made = _value(kind, match[0])
            if made is not None:
                length, value = made
                yield Found(match.start(), match.start() + length, kind, value)


def _value(kind: str, text: str) -> tuple[int, str] | None:
    """How much of what looks like a value is one, and its normal form."""
    if kind == "file-name":
        text = text.rstrip(_ends)
        return (len(text), text) if _is_file(text) else None
    if kind in {"url", "email-addr", "directory", "windows-registry-key", "cpe"}:
        text = text.rstrip(_ends) or text
    if kind == "directory":
        text = text.rstrip("/\\") or text
    value = normalise(kind, text)
    if value is None and kind == "ipv6-addr":
        text = text.rstrip(_ends)
        value = normalise(kind, text)
    if value is None and kind in {"url", "directory", "windows-registry-key", "cpe", "email-addr"}:
        value = text
    return None if value is None else (len(text), value)


def _hashed(text: str, kinds: list[str]) -> Iterator[Found]:
    for match in _hashes(text):
        kind = next((each for each in _BY_LENGTH.get(len(match[0]), ()) if each in kinds), None)
        if kind is not None:
            yield Found(match.start(), match.end(), kind, match[0])
