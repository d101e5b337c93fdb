"""National identifiers of people, by jurisdiction: their shape, then their check digits where they have some.

A shape that says little (nine bare digits) counts only behind a word for it. The checks are those of the field's library;
it is loaded when something has the shape.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Final

from msgspec import Struct

from comity.kernel.policy.personal.finding import Kind, Span
from comity.kernel.policy.personal.islands import Island, matches
from comity.kernel.policy.personal.words import LICENCE, NATIONAL, PASSPORT, announced

_LIBRARY: Final = "stdnum"
_NOT_IN: Final = r"(?<![0-9A-Za-z_+])(?<![0-9][-./])"
_ENDS: Final = r"(?![0-9A-Za-z_])(?![-./][0-9])"
_DAY: Final = r"(?:0[1-9]|[12]\d|3[01])"
_MONTH: Final = r"(?:0[1-9]|1[0-2])"


class Scheme(Struct, frozen=True):
    """One identifier.

    ``digits``    how many it has at least
    ``shape``     how it is written
    ``module``    the library's module whose ``is_valid`` decides; empty: the shape does
    ``words``     what it is called, beside the general words
    ``asks``      it counts only behind such a word
    ``weights``   of its check sum modulo 11, where the library leaves that out
    """

    jurisdiction: str
    digits: int
    shape: re.Pattern[str]
    module: str = ""
    words: str = ""
    asks: bool = False
    weights: tuple[int, ...] = ()


def _scheme(
    jurisdiction: str,
    digits: int,
    shape: str,
    module: str = "",
    words: str = "",
    *,
    asks: bool = False,
    weights: str = "",
) -> Scheme:
    pattern = re.compile(f"{_NOT_IN}(?:{shape}){_ENDS}")
    return Scheme(jurisdiction, digits, pattern, module, words, asks, tuple(map(int, weights)))


SCHEMES: Final = (
    _scheme("US", 9, r"(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}", "us.ssn", "ssn|social security"),
    _scheme("US", 9, r"(?!000|666|9)\d{3} ?\d{2} ?\d{4}", "us.ssn", "ssn|social security", asks=True),
    _scheme("US", 9, r"9\d{2}-(?:[5-8]\d|9[0-24-9])-\d{4}", "us.itin", "itin"),
    _scheme(
        "GB",
        6,
        r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2}[ -]?\d{2}[ -]?\d{2} ?[A-D]",
        "",
        "nino|national insurance|ni number",
    ),
    _scheme("GB", 10, r"\d{3}[ -]?\d{3}[ -]?\d{4}", "gb.nhs", "nhs(?: number| no)?", asks=True),
    _scheme("GB", 10, r"\d{5} ?\d{5}", "gb.utr", "utr|unique taxpayer reference", asks=True),
    _scheme("AT", 10, r"\d{4} ?\d{6}", "at.vnr", "svnr|sv-nummer|sozialversicherungsnummer|vsnr", asks=True),
    _scheme(
        "BE",
        11,
        rf"\d{{2}}\.?{_MONTH}\.?{_DAY}[- ]?\d{{3}}[. ]?\d{{2}}",
        "be.nn",
        "rijksregisternummer|numéro national|nn",
    ),
    _scheme("BG", 10, r"\d{10}", "bg.egn", "егн|egn", asks=True),
    _scheme("CZ", 9, r"\d{6}/\d{3,4}", "cz.rc", "rodné číslo|rč"),
    _scheme(
        "DE",
        11,
        r"[1-9]\d(?: ?\d{3}){3}",
        "de.idnr",
        "steuer-?id(?:nr)?|steueridentifikationsnummer|idnr|identifikationsnummer",
        asks=True,
    ),
    _scheme("DK", 10, rf"{_DAY}{_MONTH}\d{{2}}-\d{{4}}", "dk.cpr", "cpr", weights="4327654321"),  # until 2007
    _scheme("DK", 10, rf"{_DAY}{_MONTH}\d{{2}}-?\d{{4}}", "dk.cpr", "cpr(?:-nummer)?", asks=True),
    _scheme("EE", 11, rf"[1-8]\d{{2}}{_MONTH}{_DAY}\d{{4}}", "ee.ik", "isikukood"),
    _scheme("ES", 8, r"\d{8}-?[A-HJ-NP-TV-Z]", "es.dni", "dni"),
    _scheme("ES", 7, r"[XYZ]-?\d{7}-?[A-HJ-NP-TV-Z]", "es.nie", "nie"),
    _scheme("FI", 9, rf"{_DAY}{_MONTH}\d{{2}}[-+A-FU-Y]\d{{3}}[0-9A-FHJ-NPR-Y]", "fi.hetu", "hetu|henkilötunnus"),
    _scheme(
        "FR",
        14,
        rf"[12] ?\d{{2}} ?(?:{_MONTH}|[2-9]\d) ?(?:\d{{2}}|2[AB]) ?\d{{3}} ?\d{{3}} ?\d{{2}}",
        "fr.nir",
        "nir|numéro de sécurité sociale|n° sécu",
    ),
    _scheme("GR", 11, rf"{_DAY}{_MONTH}\d{{7}}", "gr.amka", "αμκα|amka"),
    _scheme("HR", 11, r"\d{11}", "hr.oib", "oib", asks=True),
    _scheme("IE", 7, r"\d{7}[A-W][A-IW]?", "ie.pps", "pps(?:n| number| no)?", asks=True),
    _scheme(
        "IT",
        6,
        r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
        "it.codicefiscale",
        "codice fiscale",
    ),
    _scheme("LT", 11, rf"[3-6]\d{{2}}{_MONTH}{_DAY}\d{{4}}", "lt.asmens", "asmens kodas"),
    _scheme("LV", 11, rf"{_DAY}{_MONTH}\d{{2}}-[012]\d{{4}}", "lv.pvn", "personas kods"),
    _scheme("LV", 11, r"32\d{4}-?\d{5}", "", "personas kods", asks=True),
    _scheme("NL", 9, r"\d{4}\.?\d{2}\.?\d{3}", "nl.bsn", "bsn|burgerservicenummer|sofinummer", asks=True),
    _scheme("PL", 11, rf"\d{{2}}(?:[02468][1-9]|[13579][0-2]){_DAY}\d{{5}}", "pl.pesel", "pesel"),
    _scheme("PT", 10, r"\d{8} ?\d ?[A-Z0-9]{2}\d", "pt.cc", "cartão de cidadão|cc", asks=True),
    _scheme("PT", 9, r"[123]\d{2} ?\d{3} ?\d{3}", "pt.nif", "nif|contribuinte", asks=True),
    _scheme("RO", 13, rf"[1-8]\d{{2}}{_MONTH}{_DAY}\d{{6}}", "ro.cnp", "cnp|cod numeric personal"),
    _scheme("SE", 10, rf"(?:\d{{2}})?\d{{2}}{_MONTH}{_DAY}[-+]\d{{4}}", "se.personnummer", "personnummer"),
    _scheme("SE", 10, rf"(?:\d{{2}})?\d{{2}}{_MONTH}{_DAY}\d{{4}}", "se.personnummer", "personnummer", asks=True),
    _scheme("SI", 13, rf"{_DAY}{_MONTH}\d{{9}}", "si.emso", "emšo|emso", asks=True),
    _scheme("SK", 9, r"\d{6}/\d{3,4}", "sk.rc", "rodné číslo|rč"),
)
"""What is known beside Korea's. Cyprus, Hungary, Luxembourg and Malta have no identifier of people that can be told by itself."""

_KOREAN: Final = re.compile(
    rf"{_NOT_IN}\d{{2}}{_MONTH}{_DAY}(?P<between> ?[-.~] ?| ?)[0-9]\d{{6}}(?![0-9A-Za-z_])(?!-\d)"
)
_KOREAN_WORDS: Final = (
    r"주민(?:등록)?(?: ?번호)?|외국인 ?등록(?: ?번호)?|rrn|arn|(?:resident|alien) registration(?: number| no)?"
)
_MOMENT: Final = re.compile(r"1[5-9]\d{11}")
"""Milliseconds since 1970, of the years from 2017 to 2033: far more frequent in this field than who was born in a year that
ends so. They begin as the numbers of Romanian men do, too, but one in six hundred of them at most passes that check."""
_WITHOUT_CHECK: Final = 2020, 10
"""Since October 2020 the last six digits are drawn at random: there is no check digit, nor a place (Enforcement Rule of the
Resident Registration Act, article 2)."""

_PASSPORT: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:[A-Z]{1,2}\d{6,8}[A-Z]?|[MSRODG]\d{3}[A-Z]\d{4}|\d{2}[A-Z]{2}\d{5}|\d{8,9}|"
    r"[CFGHJKLMNPRTVWXYZ0-9]{9,10}D?)(?![0-9A-Za-z])"
)
_LICENCE: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:\d{2}|[가-힣]{2})[- ]\d{2}[- ]\d{6}[- ]\d{2}|"
    r"[A-Z]{1,3}[- ]?\d[0-9A-Z]{0,3}(?:[- ]?[0-9A-Z]{2,6}){1,4}|"
    r"[A-Z9]{5}\d{6}[A-Z9]{2}[0-9][A-Z]{2}|\d{7,12}[A-Z]{0,2})(?![0-9A-Za-z])"
)
_FEWEST_DIGITS: Final = 4


def nationals(text: str, places: Sequence[Island], jurisdictions: Sequence[str]) -> Iterator[Span]:
    """National identifiers in a text; they may overlap."""
    if "KR" in jurisdictions:
        yield from _koreans(text, places)
    for scheme in _schemes(tuple(jurisdictions)):
        for match in matches(scheme.shape, text, places, scheme.digits):
            if scheme.asks and not announced(text, match.start(), f"{scheme.words}|{NATIONAL}"):
                continue
            if _holds(scheme, match.group()):
                yield Span(
                    Kind.NATIONAL_ID, match.start(), match.end(), f"{scheme.jurisdiction}:{_bare(match.group())}"
                )


def documents(text: str, places: Sequence[Island]) -> Iterator[Span]:
    """Numbers of passports and driving licences: nothing in them can be checked, so that a word for it stands before them."""
    for shape, words in ((_PASSPORT, PASSPORT), (_LICENCE, LICENCE)):
        for match in matches(shape, text, places):
            if sum(map(str.isdigit, match.group())) >= _FEWEST_DIGITS and announced(text, match.start(), words):
                yield Span(Kind.DOCUMENT, match.start(), match.end(), _bare(match.group()))


def _koreans(text: str, places: Sequence[Island]) -> Iterator[Span]:
    """Resident and alien registration numbers."""
    for match in matches(_KOREAN, text, places):
        digits = "".join(filter(str.isdigit, match.group()))
        certain = match["between"].strip() != ""
        told = announced(text, match.start(), _KOREAN_WORDS)
        if not told and _MOMENT.fullmatch(match.group()):
            continue
        if _is_korean(digits, certain=certain, told=told):
            yield Span(Kind.NATIONAL_ID, match.start(), match.end(), f"KR:{digits}")


def _is_korean(digits: str, *, certain: bool, told: bool) -> bool:
    """Whether thirteen digits are one: ``certain``: written with its hyphen; ``told``: behind its name."""
    from stdnum.kr import rrn  # noqa: PLC0415  memory: few texts hold a candidate

    try:
        born = rrn.get_birth_date(digits)
    except rrn.ValidationError:
        return False
    if digits[6] in "5678":  # of foreigners: the same sum, two more (stdnum knows that of residents only)
        checked = digits[12] in {
            str((int(rrn.calc_check_digit(digits[:12])) + 2) % 10),
            rrn.calc_check_digit(digits[:12]),
        }
    else:
        checked = digits[12] == rrn.calc_check_digit(digits[:12])
    if checked:
        return True
    # Who was born since has a number without a check digit; so has who got another number since.
    return told or (certain and (born.year, born.month) >= _WITHOUT_CHECK)


def _holds(scheme: Scheme, written: str) -> bool:
    """Whether the check digits are right."""
    number = written.replace(" ", "")
    if scheme.weights:
        digits = map(int, filter(str.isdigit, number))
        if sum(weight * digit for weight, digit in zip(scheme.weights, digits, strict=True)) % 11:
            return False
    return not scheme.module or bool(import_module(f"{_LIBRARY}.{scheme.module}").is_valid(number))


@lru_cache(maxsize=16)
def _schemes(jurisdictions: tuple[str, ...]) -> tuple[Scheme, ...]:
    return tuple(scheme for scheme in SCHEMES if scheme.jurisdiction in jurisdictions)


def _bare(written: str) -> str:
    return re.sub(r"[ ./-]", "", written).upper()
