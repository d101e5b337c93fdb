"""Bank accounts (IBAN, ISO 13616) and payment cards (ISO/IEC 7812), both by their check digits."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from comity.kernel.policy.personal.finding import Kind, Span
from comity.kernel.policy.personal.islands import Island, matches
from comity.kernel.policy.personal.lists import listed

_LENGTHS: Final = {
    pair[:2]: int(pair[3:])
    for pair in listed(
        """
        AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BI:27 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 DE:22 DJ:27
        DK:18 DO:28 EE:20 EG:29 ES:24 FI:18 FK:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HR:21 HU:28 IE:22
        IL:23 IQ:23 IS:26 IT:27 JO:30 KW:30 KZ:20 LB:28 LC:32 LI:21 LT:20 LU:20 LV:21 LY:25 MC:27 MD:24 ME:22 MK:19
        MN:20 MR:27 MT:31 MU:30 NI:28 NL:18 NO:15 OM:23 PK:24 PL:28 PS:29 PT:25 QA:29 RO:24 RS:22 RU:33 SA:24 SC:31
        SD:18 SE:24 SI:19 SK:24 SM:27 SO:23 ST:25 SV:28 TL:23 TN:24 TR:26 UA:29 VA:22 VG:24 XK:20 YE:30
        """
    )
}
"""How long an account number is in each country of the registry."""

_IBAN: Final = re.compile(
    r"(?<![0-9A-Za-z])([A-Z]{2})\d{2}(?:[ -]?[0-9A-Z]){11,30}(?![a-z])|"
    r"(?<![0-9A-Za-z])([a-z]{2})\d{2}[0-9a-z]{11,30}(?![0-9A-Za-z])"
)
_CARD: Final = re.compile(
    r"(?<![0-9A-Za-z_+])(?<![0-9][-./])(?:"
    r"\d{4}(?P<a>[ -])\d{4}(?P=a)\d{4}(?P=a)\d{4}(?:(?P=a)\d{3})?|\d{4}(?P<b>[ -])\d{6}(?P=b)\d{4,5}|\d{13,19}"
    r")(?![0-9A-Za-z_])(?![-./][0-9])"
)
_BRANDS: Final = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:2(?:2[1-9]|[3-9]\d)|[3-6]\d\d|7(?:[01]\d|20))\d{12}|3[47]\d{13}|"
    r"6(?:011|4[4-9]\d|5\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}|62\d{14,17}|9\d{15}"
)
"""Visa, Mastercard (both ranges), American Express, Discover, JCB, Diners Club, UnionPay; 9 for national use, as in Korea."""


def ibans(text: str) -> Iterator[Span]:
    """Account numbers, compact or in groups."""
    for match in _IBAN.finditer(text):
        country = (match[1] or match[2]).upper()
        length = _LENGTHS.get(country)
        if length is None:
            continue
        taken, end = [], match.start()
        for end in range(match.start(), match.end()):
            if text[end] not in " -":
                taken.append(text[end])
            if len(taken) == length:
                break
        normal = "".join(taken).upper()
        follows = text[end + 1 : end + 2]
        if len(normal) == length and not (follows.isascii() and follows.isalnum()) and _is_mod_97(normal):
            yield Span(Kind.IBAN, match.start(), end + 1, normal)


def cards(text: str, places: Sequence[Island]) -> Iterator[Span]:
    """Card numbers of a brand's range with their check digit, compact or in the card's groups."""
    for match in matches(_CARD, text, places):
        digits = match.group().replace(" ", "").replace("-", "")
        if _BRANDS.fullmatch(digits) and len(set(digits)) > 1 and _is_luhn(digits):
            yield Span(Kind.CARD, match.start(), match.end(), digits)


def _is_mod_97(number: str) -> bool:
    """ISO/IEC 7064, MOD 97-10."""
    return int("".join(str(int(character, 36)) for character in number[4:] + number[:4])) % 97 == 1


def _is_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0
