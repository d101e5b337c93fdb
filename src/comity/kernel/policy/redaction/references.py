"""Ids in an object: which it tells, and what becomes of those that the recipient must not learn.

Lives here: finding ids in references and in texts, and replacing or taking out references. What becomes of each id is the maker's
to know (``Naming.reference``). An id in a text is not a reference, but tells the same: where the reference would not stay, a
pseudonym or a mark takes its place. Ids of extension definitions and of markings stay: they say how to read an object, and how to
handle it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from comity.kernel.objects import forms
from comity.kernel.objects.parsed import Parsed
from comity.kernel.objects.text import strings
from comity.kernel.policy.redaction.anatomy import Place
from comity.kernel.policy.redaction.naming import Fate, Naming
from comity.kernel.policy.redaction.outcome import Cannot
from comity.kernel.policy.redaction.scrub import Scrubber, decoded
from comity.kernel.policy.redaction.tree import GONE, slots
from comity.kernel.policy.redaction.views import readings
from comity.kernel.policy.sentence import says

_DIGITS: Final = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_LONGEST_TYPE: Final = 250

_ends = re.compile(rf"--{_DIGITS}(?![0-9a-fA-F])").finditer
# What may hide an id: something long enough to be one encoded, or an escape.
may_hide = re.compile(r"[A-Za-z0-9+/_]{44}|%[2-6][0-9a-fA-F]|\\[ux][0-9a-fA-F]{2}|&#").search
_uuid_ends = re.compile(r"(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").finditer
_hex_runs = re.compile(r"[0-9a-f]{32,}+").findall
_NOT_FIRST: Final = "0123456789-"
_OF_TYPES: Final = f"abcdefghijklmnopqrstuvwxyz{_NOT_FIRST}"
_decode = msgspec.json.Decoder().decode
_STAYING: Final = ("extension-definition--",)


def mentioned(parsed: Parsed) -> tuple[str, ...]:
    """Every id that an object tells, in references and in texts, in lower case; its own, markings and extensions left out."""
    raw = parsed.raw
    known = {parsed.id.lower(), *parsed.markings, *parsed.granular}
    told = dict.fromkeys(each.lower() for each in _with_creator(parsed))
    escaped = b"\\" in raw
    texts = "\n".join(strings(_decode(raw))) if escaped else raw.decode()
    if not escaped and not may_hide(texts) and len(known) + len(told) == sum(1 for _ in _ends(texts)):
        return tuple(told)
    found = dict.fromkeys((*told, *(each for text in readable(texts) for each in ids_in(text))))
    return tuple(each for each in found if each not in known and not each.startswith(_STAYING))


def _with_creator(parsed: Parsed) -> Iterator[str]:
    if parsed.created_by is not None:
        yield parsed.created_by
    yield from parsed.refs


def readable(texts: str) -> Iterator[str]:
    """Texts, and what may hide in them."""
    yield texts
    if may_hide(texts):
        yield from readings(texts)
        for _, _, inner in decoded(texts):
            yield from readings(inner)


def ids_in(texts: str) -> Iterator[str]:
    """Every id in texts, in lower case."""
    for match in _ends(texts):
        before = texts[max(0, match.start() - _LONGEST_TYPE) : match.start()]
        kind = before[len(before.rstrip(_OF_TYPES)) :].lstrip(_NOT_FIRST)
        if kind:
            yield f"{kind}{match[0].lower()}"


class Ids:
    """The ids that one object tells, and what becomes of them."""

    def __init__(self, naming: Naming, own: str, staying: frozenset[str], hidden: frozenset[str]) -> None:
        self._naming = naming
        self._own = own
        self._staying = staying
        self._hidden = hidden
        self._fates: dict[str, Fate] = {}
        self._made: set[str] = set()

    def pseudonym(self, object_id: str) -> str:
        """The id that takes the place of an id."""
        made = self._naming.pseudonym_id(object_id)
        self._made.add(made)
        return made

    def fate(self, object_id: str) -> Fate:
        """What becomes of a reference to an object; to itself it follows the new id."""
        found = self._fates.get(object_id)
        if found is None:
            if object_id in self._staying or object_id.startswith(_STAYING):
                found = Fate.KEEP
            elif object_id == self._own or object_id in self._hidden:
                found = Fate.PSEUDONYM
            else:
                found = self._naming.reference(object_id)
            self._fates[object_id] = found
        return found

    def replace(self, held: Mapping[str, Any], place: Place) -> bool:
        """Replace or take out every reference that can't stay; whether there was one. Raises Cannot where there must be none."""
        changed = False
        for holder, key, at in slots(held, place):
            value = holder[key]
            if at.kind != "ref" or key == "created_by_ref" or not isinstance(value, str) or not forms.type_of(value):
                continue
            own = value.lower()
            match self.fate(own):
                case Fate.KEEP:
                    continue
                case Fate.PSEUDONYM:
                    holder[key] = self.pseudonym(own)
                case Fate.STRIP:
                    holder[key] = GONE
                case Fate.WITHHOLD:
                    raise Cannot(says("It refers to what the recipient does not get."))
            changed = changed or own != self._own
        return changed

    def told(self, texts: str) -> bool:
        """Whether texts, as they are folded (``views.fold``), tell an id that must not be told, plainly."""
        secret = self._secret()
        if not secret.isdisjoint(texts[match.start() - 8 : match.end()] for match in _uuid_ends(texts)):
            return True
        runs = _hex_runs(texts)
        return bool(runs) and any(uuid.replace("-", "") in run for uuid in secret for run in runs)

    def _secret(self) -> frozenset[str]:
        """The UUIDs that must not be told. One that an id which stays has too is told anyway."""
        kept = {object_id[-36:] for object_id, fate in self._fates.items() if fate is Fate.KEEP}
        return frozenset(each[-36:] for each, fate in self._fates.items() if fate is not Fate.KEEP) - kept

    def learn(self, texts: str) -> None:
        """Ask what becomes of every id in texts, but of those that were made here."""
        for object_id in ids_in(texts):
            if object_id not in self._made:
                self.fate(object_id)

    def teach(self, scrubber: Scrubber) -> None:
        """Tell the scrubber of every id that must not be told."""
        secret = self._secret()
        for object_id, fate in self._fates.items():
            uuid = object_id[-36:]
            if uuid not in secret:
                continue
            if fate is Fate.PSEUDONYM:
                made = self.pseudonym(object_id)[-36:]
                word = "" if object_id == self._own else "references"
                scrubber.learn(uuid, made, word=word, secret=True)
                scrubber.learn(uuid.replace("-", ""), made.replace("-", ""), word=word, secret=True)
            else:
                for form in (object_id, uuid, uuid.replace("-", "")):
                    scrubber.learn(form, None, word="references", secret=True)
