"""All detectors over one text: each sees what those before it have left.

Order is certainty: what has an unmistakable form or a check of its own comes first. Most texts hold none of it, and leave
after two looks: is there an @ or a word for it, are there six digits near each other?
"""

import re
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import Final

from comity.kernel.policy.personal import emails, money, national, noise, telephone
from comity.kernel.policy.personal.finding import BLANK, Kind, Span
from comity.kernel.policy.personal.islands import SIX_DIGITS, around, islands
from comity.kernel.policy.personal.settings import ScanSettings
from comity.kernel.policy.personal.spelling import spelt
from comity.kernel.policy.personal.telephone import Effort

_IP: Final = re.compile(
    r"(?<![0-9A-Za-z_.:])(?:(?:\d{1,3}(?:\[?\.\]?)){3}\d{1,3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)(?![0-9A-Za-z_:]|\.\d)"
)
_OURS: Final = ip_network("240.0.0.0/4"), ip_network("100::/64")
"""Where the pseudonyms of addresses stand (``redaction.naming``)."""


def holds_any(text: str) -> bool:
    """Whether it is worth looking: False where certainly nothing is found."""
    return not text.isascii() or SIX_DIGITS.search(text) is not None or emails.may_hold(text)


def spans(text: str, settings: ScanSettings, effort: Effort | None = None) -> list[Span]:
    """What is found in a text, by place. Findings don't overlap. ``effort``: what is left of an object's."""
    told = spelt(text)
    found = _spans(told.text, settings, effort or Effort())
    if told.places is None:
        return found
    return [Span(each.kind, *told.at(each.start, each.end), each.normalised) for each in found]


def _spans(text: str, settings: ScanSettings, effort: Effort) -> list[Span]:
    found: list[Span] = []
    text = _take(text, emails.emails(text), found)
    if settings.addresses:
        text = _take(text, _addresses(text), found)
    if SIX_DIGITS.search(text) is None:
        return found
    text = _take(text, money.ibans(text), found)
    text = noise.without_certain(text)
    places = islands(text)
    if not places:
        return _by_place(found)
    known = settings.jurisdictions
    text = _take(text, national.documents(text, places), found)
    text = _take(text, money.cards(text, places), found)
    text = _take(text, telephone.mobiles(text, places, known), found)
    text = _take(text, national.nationals(text, places, known), found)
    text = noise.without_likely(text, around(text, islands(text)))
    _take(text, telephone.telephones(text, islands(text), known, effort), found)
    return _by_place(found)


def _take(text: str, candidates: Iterable[Span], found: list[Span]) -> str:
    """Keep what does not overlap with what was taken, and blank it."""
    taken = bytearray(len(text))
    kept: list[Span] = []
    for each in candidates:
        if 1 not in taken[each.start : each.end]:
            taken[each.start : each.end] = b"\1" * (each.end - each.start)
            kept.append(each)
    if not kept:
        return text
    found += kept
    return "".join([BLANK if mark else character for mark, character in zip(taken, text, strict=True)])


def _addresses(text: str) -> Iterable[Span]:
    for match in _IP.finditer(text):
        try:
            address = ip_address(match.group().replace("[.]", "."))
        except ValueError:
            continue
        if not (address.is_loopback or address.is_unspecified or any(address in network for network in _OURS)):
            yield Span(Kind.ADDRESS, match.start(), match.end(), str(address))


def _by_place(found: list[Span]) -> list[Span]:
    return sorted(found, key=_start)


def _start(span: Span) -> int:
    return span.start
