"""Telephone numbers in text: international (ITU-T E.164, E.123) and as the configured jurisdictions write them.

Cheap expressions find candidates; whether one is a number that can be dialled is said by the library of numbering plans,
which is loaded when there is a candidate. Numbers that belong to nobody (freephone, shared cost, premium rate, company-wide
"universal access") are left out.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from comity.kernel.policy.personal.finding import Kind, Span
from comity.kernel.policy.personal.islands import Island, matches
from comity.kernel.policy.personal.words import PHONE, announced

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_SEP: Final = r"(?: ?[-.] ?| )"
_START: Final = r"(?<![0-9A-Za-z_+])(?<![0-9][-.])"
_END: Final = r"(?![0-9A-Za-wyz_])(?![-.][0-9])"
_INTERNATIONAL: Final = re.compile(
    r"(?<![0-9A-Za-z_+])(?:\+ ?|(?<![0-9][-.])00(?=[1-9])|(?<![0-9][-.])011[- ](?=[1-9]))"
    rf"(?:\(\d{{1,4}}\)|\d)(?:{_SEP}?(?:\(\d{{1,5}}\)|\d{{1,5}})|(?<=\d)/\d{{1,5}}){{2,7}}(?![0-9A-Za-wyz_])"
)
_GROUPED: Final = re.compile(
    rf"{_START}(?:\(0?\d{{1,4}}\){_SEP}?|\d{{1,5}}(?:\) ?|/|{_SEP}))(?:\d{{2,5}}{_SEP}){{0,4}}\d{{2,8}}{_END}"
)
_RUN: Final = re.compile(rf"{_START}\d{{7,12}}{_END}")
_LAST_GROUP: Final = re.compile(rf"(?:{_SEP}|/|\)) ?\(?\d+\)?$")
_KR_MOBILE: Final = re.compile(r"01[016789]\d{7,8}")
_GB_MOBILE: Final = re.compile(r"07[1-57-9]\d{8}")
_DIGITS: Final = re.compile(r"\d+")
_NANP: Final = frozenset({"US", "CA"})
_FREELY: Final = frozenset({"KR", "GB", "US", "CA"})
"""Where people group the digits of a number as they like."""
_SHORTEST: Final = 8
_MOST_GROUPS: Final = 5
_LONGEST: Final = 15
"""Digits of a number, country's code included (ITU-T E.164 6.1)."""


def mobiles(text: str, places: Sequence[Island], jurisdictions: Sequence[str]) -> Iterator[Span]:
    """Mobile numbers without anything between their digits, whose beginning no other number shares."""
    for match in matches(_RUN, text, places):
        region = _mobile_of(match.group())
        number = _read(match.group(), region) if region in jurisdictions else None
        if number is not None:
            yield _span(match.start(), match.end(), number)


class Effort(Struct):
    """How many candidates of an object are still looked up: each costs a millisecond at most, and a hostile object is full of
    them. When none is left the others are taken for numbers, so that nothing goes because there was too much of it.
    """

    left: int = 1000


def telephones(text: str, places: Sequence[Island], jurisdictions: Sequence[str], effort: Effort) -> Iterator[Span]:
    """The numbers in a text without noise (``noise``), in order of certainty; they may overlap."""
    for pattern in (_INTERNATIONAL, _GROUPED, _RUN):
        for island in places:
            place = island.start
            while (match := pattern.search(text, place, island.end)) is not None:
                if sum(map(str.isdigit, match.group())) >= _SHORTEST:
                    effort.left -= 1
                if effort.left < 0:
                    yield Span(Kind.PHONE, match.start(), match.end(), "".join(_DIGITS.findall(match.group())))
                    return
                span = _longest(text, match, jurisdictions)
                if span is not None:
                    yield span
                place = span.end if span is not None else match.end()


def _longest(text: str, match: re.Match[str], jurisdictions: Sequence[str]) -> Span | None:
    """The number that begins here: of several groups of digits as many as make one."""
    start, written = match.start(), match.group()
    told = announced(text, start, PHONE)
    while sum(map(str.isdigit, written)) >= _SHORTEST - told:
        number = _number(written, jurisdictions, told=told)
        if number is not None:
            end = start + len(written)
            # Of 이름(031)234-5678) the first bracket is the sentence's.
            of_sentence = written[0] == "(" and text[end : end + 1] == ")" and (start == 0 or text[start - 1] != "(")
            return _span(start + of_sentence, end, number)
        last = _LAST_GROUP.search(written)
        if last is None:
            return None
        written = written[: last.start()]
    return None


def _number(written: str, jurisdictions: Sequence[str], *, told: bool) -> "PhoneNumber | None":
    """What is written, as a number of somebody's. ``told``: a word before it says that it is one."""
    digits = "".join(filter(str.isdigit, written))
    if len(digits) > _LONGEST or len(set(digits)) == 1:
        return None
    if written.startswith(("+", "00", "011")) and not (written[0] == "0" and len(digits) < 11):
        bare = digits if written.startswith("+") else digits[2 if written.startswith("00") else 3 :]
        without_trunk = "".join(filter(str.isdigit, written.replace("(0)", "")))
        found = _read(f"+{bare}", None) or (_read(f"+{without_trunk}", None) if "(0)" in written else None)
        return None if found is None or _is_nobodys(found) else found
    groups = _DIGITS.findall(written)
    regions = [region for region in jurisdictions if _may_be(digits, groups, region, told=told)]
    least: PhoneNumber | None = None
    for region in regions:
        found = _read(written, region)
        if found is None:
            continue
        usual = _usual(found)
        if _is_nobodys(found):
            if groups == usual or (region in _FREELY and _may_be(digits, groups, region, told=False)):
                return None
            continue
        if groups == usual:
            return found
        if least is None and (told or len(groups) == 1 or region in _FREELY or groups[0] == usual[0]):
            least = found
    return least


def _may_be(digits: str, groups: Sequence[str], region: str, *, told: bool) -> bool:
    """Whether people of a jurisdiction write a number so, as far as digits tell."""
    if len(groups) > _MOST_GROUPS:
        return False
    if told:
        return region not in _FREELY or region in _NANP or digits[0] == "0"
    if len(groups) == 1:
        return _mobile_of(digits) == region
    if region in _NANP:
        return [len(group) for group in groups][-3:] == [3, 3, 4] and len(digits) - (digits[0] == "1") == 10
    return digits[0] == "0" and (region != "KR" or (len(groups) == 3 and len(groups[2]) == 4))


def _mobile_of(digits: str) -> str:
    """Whose mobile number it is, as far as its first digits tell."""
    return "KR" if _KR_MOBILE.fullmatch(digits) else "GB" if _GB_MOBILE.fullmatch(digits) else ""


def _usual(number: "PhoneNumber") -> list[str]:
    """The groups of digits in which the numbering plan writes a number at home."""
    import phonenumbers  # noqa: PLC0415  memory: few texts hold a candidate

    return _DIGITS.findall(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))


@lru_cache(maxsize=1)
def _nobodys() -> frozenset[int]:
    from phonenumbers import PhoneNumberType as Type  # noqa: PLC0415  memory: few texts hold a candidate

    return frozenset({Type.TOLL_FREE, Type.PREMIUM_RATE, Type.SHARED_COST, Type.UAN, Type.VOICEMAIL})


def _is_nobodys(number: "PhoneNumber") -> bool:
    import phonenumbers  # noqa: PLC0415  memory: few texts hold a candidate

    return phonenumbers.number_type(number) in _nobodys()


def _read(written: str, region: str | None) -> "PhoneNumber | None":
    """A number that can be dialled; None for anything else."""
    import phonenumbers  # noqa: PLC0415  memory: few texts hold a candidate

    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _span(start: int, end: int, number: "PhoneNumber") -> Span:
    zero = "0" if number.italian_leading_zero else ""
    return Span(Kind.PHONE, start, end, f"+{number.country_code}{zero}{number.national_number}")
