"""Whether a form that a person wrote may stand for an original (a "tear line"): valid, of the same type, under the twin's id,
marked no lower, with no reference to what its audience does not get, without anything that the agreement takes out. Pure.

The same is asked of every form that was approved a while ago, before it goes: names and neighbours may have changed meanwhile.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Invalid
from comity.kernel.objects.canonical import canonical
from comity.kernel.objects.extensions import REDACTION
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.objects.timestamps import render
from comity.kernel.policy.lens import Lens
from comity.kernel.policy.redaction import Fate, Naming, Pseudonyms, Stamp, Unmade, mentioned, remake
from comity.kernel.policy.sentence import Sentence, says

HOW: Final = "by-hand"
"""What the twin's own extension says of a form that a person wrote."""


class Written(msgspec.Struct, frozen=True):
    """A form that holds. ``raw``: dated with the given moment; ``how``: what its extension says."""

    raw: bytes
    parsed: Parsed
    how: tuple[str, ...]


def written(
    original: Parsed,
    text: bytes,
    naming: Naming,
    dropped: Iterable[str],
    at: Micros,
    *,
    by: str | None = None,
    how: tuple[str, ...] = (HOW,),
) -> Written | tuple[Sentence, ...]:
    """The form, or all that is wrong with it. ``dropped``: values that the agreement takes out; ``at`` dates it; ``by``: our own
    identity, which may be named as its creator.
    """
    held = _members(text)
    if held is None:
        return (says("It is no JSON object."),)
    twin = naming.pseudonym_id(original.id)
    found = list(_told(held, original, twin))
    if found:
        return tuple(found)
    parsed = parse(_stamped(held, original, at, how))
    if not isinstance(parsed, Parsed):
        return tuple(says("It is no valid STIX object: %(why)s", why=str(each)) for each in parsed.findings)
    found += _markings(parsed, original)
    found += _references(parsed, original, {twin, by}, naming)
    found += _left(parsed, dropped)
    return tuple(found) if found else Written(parsed.raw, parsed, how)


def fits(
    original: Parsed, content: bytes, naming: Naming, dropped: Iterable[str], at: Micros, *, by: str | None = None
) -> tuple[Sentence, ...]:
    """What stands against a form that was approved, as names and neighbours are now; nothing: it may go."""
    held = _members(content) or {}
    extension = held.get("extensions", {}).get(REDACTION, {})
    found = written(original, content, naming, dropped, at, by=by, how=tuple(extension.get("how", ())))
    return found if isinstance(found, tuple) else ()


def _members(text: bytes) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(canonical(text))
    except (Invalid, msgspec.DecodeError):
        return None
    return found if isinstance(found, dict) else None


def _told(held: Mapping[str, Any], original: Parsed, twin: str) -> Iterable[Sentence]:
    if held.get("type") != original.type:
        yield says("Its type has to be %(type)s, as the original's.", type=original.type)
    if held.get("id") != twin:
        yield says("Its id has to be %(id)s, by which the recipients know it.", id=twin)
    if not isinstance(held.get("extensions", {}), Mapping):
        yield says("Its extensions are no JSON object.")


def _stamped(held: Mapping[str, Any], original: Parsed, at: Micros, how: tuple[str, ...]) -> bytes:
    """Dated, and saying that it is not the original. What has no date of its own gets none."""
    made = {name: value for name, value in held.items() if name not in {"created", "modified"}}
    own: Mapping[str, Any] = msgspec.json.decode(original.raw)
    made |= {name: render(at - at % 1000) for name in ("created", "modified") if name in own}
    extension = {"extension_type": "property-extension", "how": sorted(how)}
    made["extensions"] = {**held.get("extensions", {}), REDACTION: extension}
    return canonical(made)


def _markings(parsed: Parsed, original: Parsed) -> Iterable[Sentence]:
    """A person's form goes no further than the original: who may have it is decided by the original's label."""
    if lost := sorted(set(original.markings) - set(parsed.markings)):
        yield says("Its marking %(marking)s is missing: the recipients have to know how to handle it.", marking=lost[0])
    if strange := sorted(set(parsed.granular) - set(original.granular) - set(original.markings)):
        yield says("It marks a part with %(marking)s, which the original does not have.", marking=strange[0])


def _references(parsed: Parsed, original: Parsed, ours: set[str | None], naming: Naming) -> Iterable[Sentence]:
    """It names no more than the original does, and of that what all of its recipients get, or the pseudonym of the rest."""
    own = mentioned(original)
    allowed = {naming.pseudonym_id(each) for each in own} | {
        each for each in own if naming.reference(each) is Fate.KEEP
    }
    for each in mentioned(parsed):
        if each not in allowed and each not in ours:
            yield says("It names %(id)s, which not all of its recipients get.", id=each)
    for each in parsed.markings:
        if each not in original.markings:
            yield says("It is marked with %(marking)s, which the original is not.", marking=each)


def _left(parsed: Parsed, dropped: Iterable[str]) -> Iterable[Sentence]:
    """What the agreement takes out, looked for as it is taken out: in any encoding, what is short as whole words only."""
    values = tuple(dict.fromkeys(dropped))
    if not values or not _would_lose(parsed, values):
        return
    named = [value for value in values if value.casefold() in parsed.raw.decode().casefold()]
    guilty = [value for value in named if _would_lose(parsed, (value,))]
    if not guilty:
        yield says("What the agreement takes out is still in it, in another writing.")
    for value in guilty:
        yield says("What the agreement takes out is still in it: %(value)s", value=value)


class _Everything(Pseudonyms, frozen=True):
    """For looking through an object and changing nothing else of it."""

    def reference(self, object_id: str) -> Fate:  # noqa: ARG002  what it has to be called
        """All stay."""
        return Fate.KEEP


def _would_lose(parsed: Parsed, values: tuple[str, ...]) -> bool:
    """Whether anything of an object would have to go, if these values did."""
    made = remake(parsed, Lens(""), _Everything(b""), Stamp(0, 0), also=values)
    return isinstance(made, Unmade) or bool(made.how)
