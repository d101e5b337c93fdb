"""What goes otherwise than it is: which originals pass through the veil, what a twin has to be, and what may be told to whom.

It is the oracle's other half, worked out from its claims and its law, with no code of the package. A *pass* is found by the
least fixpoint: nothing passes that has not been shown to name only what is open, so nothing in a cycle ever does. Where the
rules leave it to the node (which of several claims' forms it gives) two bounds stand: ``must`` and ``may``.

A twin is not made here. It is held against the original's bytes: what may be in it, what must be, and what must not.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from comity.kernel.policy.profile import Rule
from tests.simulator.atoms import atoms
from tests.simulator.facts import ID, LEVELS
from tests.simulator.law import Glass, verdict
from tests.simulator.oracle import GUESSABLE, Claim, Oracle
from tests.simulator.planting import Garden, Planted, uuid_of

REDACTION = re.compile(r'"(extension-definition--[0-9a-f-]{36})":\{"extension_type":"property-extension","how":\[')
REPLACED = re.compile(r"\[redacted\]|p-[a-z0-9]{10,}")
OURS = {"id", "created", "modified", "created_by_ref", "extensions", "granular_markings", "revoked"}
"""Properties of a twin that are its own."""
WHOLE = {"marking-definition", "extension-definition"}
"""Types of which there are no twins: their ids are their meaning."""
REQUIRED = {
    "relationship": ("source_ref", "target_ref"),
    "sighting": ("sighting_of_ref",),
    "network-traffic": ("src_ref", "dst_ref"),
    "report": ("object_refs",),
    "grouping": ("object_refs",),
    "note": ("object_refs",),
    "opinion": ("object_refs",),
    "observed-data": ("object_refs",),
}


Rules = Callable[[Claim, str, Glass, set[tuple[int, str]]], bool]


class Forms:
    """What the rules make of an oracle's claims at one moment. ``keys``: the newest key of each scope that has one."""

    def __init__(self, oracle: Oracle, garden: Garden | None = None, keys: Mapping[str, bytes] | None = None) -> None:
        self.oracle = oracle
        self.garden = garden
        self.keys = dict(keys or {})
        self._verdicts: dict[tuple[object, str], Glass | None] = {}
        self._asked: dict[str, dict[str, list[tuple[Claim, Glass]]]] = {}
        self._forbidden: dict[str, set[str]] = {}
        self._by_id: dict[str, list[Claim]] = {}
        for claim in oracle.claims:
            self._by_id.setdefault(claim.parsed.id, []).append(claim)
        self._names = {id(claim): names_in(claim) for claim in oracle.claims}
        self._open = {
            (id(claim), slug): oracle.open(claim, slug) is not None
            for claim in oracle.claims
            for slug in oracle.parties
        }
        self.own = oracle.parties[oracle.directory.home].identity if oracle.parties else ""
        self._loose: set[tuple[int, str]] = set()
        self._strict = self._least(self._passes_for_all, set())
        self._least(self._passes_for_one, self._loose)

    # -- through what

    def glass(self, claim: Claim, slug: str) -> Glass | None:
        """Through what a claim goes to a party; None where it goes as it is, or not at all."""
        if claim.parsed.id in self.oracle.restricted:
            return None
        key = (claim.facts, slug)
        if key not in self._verdicts:
            self._verdicts[key] = verdict(claim.facts, slug, self.oracle.directory, self.oracle.now()).glass
        return self._verdicts[key]

    def audience(self, claim: Claim, glass: Glass) -> list[str]:
        """All parties to whom a claim goes through one glass."""
        return [slug for slug in self.oracle.parties if self.glass(claim, slug) == glass]

    def as_is(self, slug: str, *, loose: bool = True) -> list[Claim]:
        """Claims whose bytes a party may get (``loose``), or must."""
        passes = self._loose if loose else self._strict
        return [claim for claim in self.oracle.claims if self._open[id(claim), slug] or (id(claim), slug) in passes]

    def passes(self, slug: str) -> list[Claim]:
        """Claims that a party may get as they are by passing the veil."""
        return [claim for claim in self.oracle.claims if (id(claim), slug) in self._loose]

    def asked(self, slug: str) -> dict[str, list[tuple[Claim, Glass]]]:
        """By id, the claims of which a party gets a form if anything, with the glass."""
        if slug in self._asked:
            return self._asked[slug]
        found = self._asked[slug] = {}
        for claim in self.oracle.claims:
            glass = self.glass(claim, slug)
            if glass is not None:
                found.setdefault(claim.parsed.id, []).append((claim, glass))
        return found

    # -- the least fixpoint

    def _least(self, rule: Rules, passing: set[tuple[int, str]]) -> set[tuple[int, str]]:
        waiting = [
            (claim, slug, glass)
            for claim in self.oracle.claims
            for slug in self.oracle.parties
            if (glass := self.glass(claim, slug)) is not None and not glass.reviews
        ]
        while True:
            found = {(id(claim), slug) for claim, slug, glass in waiting if rule(claim, slug, glass, passing)} - passing
            if not found:
                return passing
            passing.update(found)

    def _passes_for_one(self, claim: Claim, slug: str, glass: Glass, passing: set[tuple[int, str]]) -> bool:
        """All that it names is open to the party: more than that nobody may ask of a pass."""
        if self._touches(claim, glass):
            return False
        return all(self._is_open(name, [slug], passing) for name in self._needed(claim, glass))

    def _passes_for_all(self, claim: Claim, slug: str, glass: Glass, passing: set[tuple[int, str]]) -> bool:
        """All that it names is open, by one claim each, to everybody who looks through the same glass."""
        if self._touches(claim, glass) or glass.profiles or glass.cleared or self._outdone(claim, slug, glass):
            return False
        audience = self.audience(claim, glass)
        return all(self._is_open(name, audience, passing) for name in self._needed(claim, glass))

    def _outdone(self, claim: Claim, slug: str, glass: Glass) -> bool:
        """Whether there is another version that goes through the same glass: of these only the best has to go."""
        return any(
            other.version != claim.version
            and (other.parsed.modified or 0) >= (claim.parsed.modified or 0)
            and self.glass(other, slug) == glass
            for other in self._by_id[claim.parsed.id]
        )

    def _needed(self, claim: Claim, glass: Glass) -> list[str]:
        names = self._names[id(claim)]
        return [name for name in names if GUESSABLE.match(name)] if glass.hidden == "keep" else list(names)

    def _touches(self, claim: Claim, glass: Glass) -> bool:
        """Whether something would surely be changed in it but for its references."""
        return (
            bool(glass.without)
            or (glass.anonymous and claim.parsed.created_by not in {None, self.own})
            or any(True for _ in self.dropped(claim, glass))
        )

    def _is_open(self, object_id: str, audience: Iterable[str], passing: set[tuple[int, str]]) -> bool:
        """Our own identity may always stay, for every twin names it."""
        return (passing is self._loose and object_id == self.own) or any(
            all(self._open[id(claim), slug] or (id(claim), slug) in passing for slug in audience)
            for claim in self._by_id.get(object_id, ())
        )

    def is_open(self, object_id: str, slug: str) -> bool:
        """Whether a party may have an id: it gets something under it as it is."""
        return self._is_open(object_id, [slug], self._loose)

    # -- what is dropped

    def dropped(self, claim: Claim, glass: Glass) -> Iterator[Planted]:
        """The secrets of an object that its profiles take out of it: those of which nobody could doubt it."""
        if self.garden is None:
            return
        told = atoms(claim.raw)
        rules = [rule for profile in glass.profiles for rule in profile.rules]
        apart = _selected(claim, glass)
        for mark in self.garden.marks.get(claim.parsed.id, ()):
            one = self.garden.planted[mark]
            in_part = any(_covers(path, one.path) for path in apart)
            if mark in told and (in_part or any(_drops(rule, claim, one) for rule in rules)):
                yield one

    def forbidden(self, slug: str) -> set[str]:
        """Marks of what is dropped for a party: by every glass through which it gets the object, and in nothing as it is."""
        if slug not in self._forbidden:
            gone = self._forbidden[slug] = set()
            for asked in self.asked(slug).values():
                dropped = [{one.mark for one in self.dropped(claim, glass)} for claim, glass in asked]
                stays = [atoms(claim.raw) - those for (claim, _), those in zip(asked, dropped, strict=True)]
                gone |= set().union(*dropped) - set().union(*stays)
            for claim in self.as_is(slug):
                gone -= atoms(claim.raw)
        return self._forbidden[slug]

    def allowed(self, slug: str) -> set[str]:
        """Every atom that a party may be told: of what it may get as it is, and of what stays in twins."""
        found: set[str] = set()
        for claim in self.as_is(slug):
            found |= atoms(claim.raw)
        gone = self.forbidden(slug)
        for asked in self.asked(slug).values():
            for claim, glass in asked:
                names = self._names[id(claim)]
                ids = names if glass.hidden == "keep" else [name for name in names if self.is_open(name, slug)]
                hidden = {uuid_of(name) for name in [*names, claim.parsed.id]}
                found |= (atoms(claim.raw) - gone - hidden) | {uuid_of(name) for name in ids}
        return found

    # -- what is told

    def pseudonym(self, scope: str, object_id: str) -> str:
        """The id of an original's twin, by the newest key of a scope."""
        kind, _, rest = object_id.partition("--")
        made = hmac.new(self.keys[scope], b"id\0" + f"{kind}--{rest}".encode(), hashlib.sha256).digest()[:16]
        bits = bytearray(made)
        bits[6], bits[8] = bits[6] & 0x0F | 0x40, bits[8] & 0x3F | 0x80
        digits = bits.hex()
        return f"{kind}--{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def faults(self, slug: str, shown: Iterable[bytes]) -> Iterator[str]:
        """What is wrong with all that a party is given, in words; nothing where all is right."""
        may = {claim.raw for claim in self.as_is(slug)}
        asked = self.asked(slug)
        known = {
            self.pseudonym(glass.scope, object_id): (object_id, glass.scope)
            for object_id, those in asked.items()
            for _, glass in those
            if glass.scope in self.keys
        }
        stubs = {
            self.pseudonym(glass.scope, name)
            for those in asked.values()
            for claim, glass in those
            if glass.hidden == "stub" and glass.scope in self.keys
            for name in self._names[id(claim)]
        }
        given: set[str] = set()
        raws = list(shown)
        for raw in raws:
            if raw in may:
                continue
            held = json.loads(raw)
            if not is_marked(held):
                yield f"{slug} is given what it may not have: {raw.decode()}"
            elif is_revoked(held) or (held["id"] not in known and held["id"] in stubs):
                yield from self._empty_faults(slug, held)
            elif held["id"] not in known or all(one.reviews for _, one in asked[known[held["id"]][0]]):
                yield f"{slug} is given a twin of nothing that goes to it: {raw.decode()}"
            else:
                object_id, scope = known[held["id"]]
                given.add(object_id)
                found = list(self._twin_faults(slug, held, [one for one in asked[object_id] if one[1].scope == scope]))
                yield from self._empty_faults(slug, held) if found and held["id"] in stubs else found
        for claim in self.as_is(slug, loose=False):
            if claim.raw not in raws and (self._open[id(claim), slug] or not self._has_another(slug, claim, raws)):
                glass = self.glass(claim, slug)
                why = f"through {glass} with {self.audience(claim, glass)}" if glass else "as it is"
                yield f"{slug} misses: {claim.raw.decode()} by {claim.source} in {claim.collection} {why}"
        as_they_are = {json.loads(raw)["id"] for raw in raws}
        for object_id, those in asked.items():
            if object_id not in as_they_are | given and not any(self._excused(slug, *one) for one in those):
                yield f"{slug} misses a form of {those[0][0].raw.decode()} through {those[0][1]}"

    def _has_another(self, slug: str, claim: Claim, raws: Iterable[bytes]) -> bool:
        """Whether a party has an object by another claim, as it is: of those that pass only the best version has to go."""
        return any(other is not claim and other.raw in raws for other in self._by_id[claim.parsed.id])

    def _excused(self, slug: str, claim: Claim, glass: Glass) -> bool:
        """Whether it may be that nothing can be made of it."""
        names = self._names[id(claim)]
        hidden = [name for name in names if not self._is_open(name, self.audience(claim, glass), self._strict)]
        guessable = any(GUESSABLE.match(name) for name in hidden)
        held = json.loads(claim.raw)
        required = {
            name
            for of in REQUIRED.get(claim.parsed.type, ())
            if of in held
            for name in (held[of] if isinstance(held[of], list) else [held[of]])
        }
        others = [one for one in self._by_id[claim.parsed.id] if one is not claim]
        return (
            bool(glass.reviews or glass.cleared or glass.without)
            or claim.parsed.type in WHOLE
            or claim.facts.revoked  # whoever had a twin of it is told by that's last version
            or (glass.hidden == "keep" and guessable)
            or (glass.hidden == "withhold" and bool(hidden))
            or (glass.hidden == "strip" and bool(required & set(hidden)))
            or any(rule.do == "drop-object" for profile in glass.profiles for rule in profile.rules)
            or any(self.glass(one, slug) not in {None, glass} for one in others)
        )

    def _empty_faults(self, slug: str, held: Mapping[str, Any]) -> Iterator[str]:
        """Stubs and tombstones say nothing at all."""
        told = atoms(json.dumps(held)) - {uuid_of(held["id"])}
        known = self.garden.known if self.garden is not None else {uuid_of(name) for name in self._by_id}
        if told & known:
            yield f"{slug} is told by an empty object: {held}"

    def _twin_faults(self, slug: str, held: dict[str, Any], asked: list[tuple[Claim, Glass]]) -> Iterator[str]:
        """A twin is right if it is so for one of the claims that it may have been made from."""
        found = [list(self._faults_of(slug, held, claim, glass)) for claim, glass in asked]
        if all(found):
            yield f"{slug}: {min(found, key=len)} in {json.dumps(held)}"

    def _faults_of(self, slug: str, held: dict[str, Any], claim: Claim, glass: Glass) -> Iterator[str]:
        original = json.loads(claim.raw)
        audience = self.audience(claim, glass)
        names = self._names[id(claim)]
        kept = {name for name in names if glass.hidden == "keep" or self._is_open(name, [slug], self._loose)}
        for_all = {name for name in names if self._is_open(name, audience, self._strict)}
        pseudonyms = {self.pseudonym(glass.scope, name): name for name in names}
        fixed = {held["id"], self.own, *original.get("object_marking_refs", ()), *LEVELS}
        fixed |= {part["marking_ref"] for part in original.get("granular_markings", ()) if "marking_ref" in part}
        body = {name: value for name, value in held.items() if name != "extensions"}
        told = set(ID.findall(json.dumps(body)))
        for name in told - fixed - kept - pseudonyms.keys():
            yield f"names {name}"
        apart = _in_text(original) | ({str(claim.parsed.created_by)} if glass.anonymous else set())
        if glass.hidden in {"strip", "withhold"} and (told & pseudonyms.keys()) - {
            self.pseudonym(glass.scope, name) for name in apart
        }:
            yield f"pseudonyms where there are none under {glass.hidden}"
        stripped = glass.hidden in {"strip", "withhold"}
        become = {
            name: ({name} if name in kept else set()) | (set() if name in for_all else {"" if stripped else pseudonym})
            for pseudonym, name in pseudonyms.items()
        }
        become[claim.parsed.id] = {held["id"]}
        creator = claim.parsed.created_by
        if glass.anonymous and creator not in {None, self.own}:
            become[creator] = {self.pseudonym(glass.scope, creator), ""}
            if creator in told and creator != claim.parsed.id:
                yield f"names its creator {creator}"
        gone = self.forbidden(slug)
        dropped = {one.mark for one in self.dropped(claim, glass)}
        scrubbing = any(
            other.profiles or other.without
            for party in self.oracle.parties
            for those in self.asked(party).values()
            for _, other in those
            if other.scope == glass.scope
        )
        for name in held.keys() - original.keys() - OURS:
            yield f"has {name}, which the original has not"
        for name, value in original.items():
            text = json.dumps(value)
            if name in OURS or atoms(text) & (gone | dropped) or self._is_dropped(name, claim, glass) or glass.without:
                continue
            if scrubbing and REPLACED.search(json.dumps(held.get(name))):
                continue  # what is dropped of a neighbour may be a part of what stands here, such as a mail's host
            if not _became(value, held.get(name), become):
                yield f"{name} is {held.get(name)!r}, and was {value!r}"
        for mark in atoms(json.dumps(held)) & gone:
            yield f"tells {mark}, which is dropped"

    def _is_dropped(self, name: str, claim: Claim, glass: Glass) -> bool:
        """Whether a rule speaks of a property, or may."""
        return any(
            (not rule.types or claim.parsed.type in rule.types)
            and (
                any(path.split(".")[0] in {name, "*"} for path in rule.properties)
                or bool(rule.observables)
                or rule.to in {"sector-and-country", "day", "week", "month"}
            )
            for profile in glass.profiles
            for rule in profile.rules
        )


def _became(value: Any, made: Any, become: Mapping[str, set[str]]) -> bool:
    """Whether one may have become the other, ids being replaced as they may be; "" is one that is taken out."""
    if isinstance(value, str):
        if value in become:
            return (made or "") in become[value]
        texts = {value}
        for name in set(ID.findall(value)) & become.keys():
            texts = {text.replace(name, other or "[redacted]") for text in texts for other in become[name]}
        return made in texts
    if isinstance(value, list):
        left = list(made or ())
        for one in value:
            if left and _became(one, left[0], become):
                left.pop(0)
            elif not _became(one, None, become):
                return False
        return not left
    if isinstance(value, dict):
        return isinstance(made, dict) and all(_became(one, made.get(name), become) for name, one in value.items())
    return bool(value == made)


def _in_text(original: Mapping[str, Any]) -> set[str]:
    """Ids that stand in text."""
    found: set[str] = set()
    for value in original.values():
        if isinstance(value, str) and not ID.fullmatch(value):
            found |= set(ID.findall(value))
    return found


def names_in(claim: Claim) -> tuple[str, ...]:
    """All ids that an object names, itself, its markings and extensions excepted."""
    held = json.loads(claim.raw)
    body = {name: value for name, value in held.items() if name not in {"object_marking_refs", "granular_markings"}}
    body["extensions"] = list(held.get("extensions", {}).values())
    found = dict.fromkeys(ID.findall(json.dumps(body)))
    return tuple(name for name in found if name != claim.parsed.id)


def is_marked(held: Mapping[str, Any]) -> bool:
    """Whether an object says that it is not as it was."""
    return any("how" in extension for extension in held.get("extensions", {}).values())


def is_revoked(held: Mapping[str, Any]) -> bool:
    """Whether it is the last version of a twin."""
    return is_marked(held) and bool(held.get("revoked"))


def _selected(claim: Claim, glass: Glass) -> list[str]:
    """Paths of what is left out with its part, where a TLP makes it one."""
    levels = {part.level for part in glass.without}
    return [
        selector.replace(".[0]", "")
        for part in json.loads(claim.raw).get("granular_markings", ())
        if LEVELS.get(part.get("marking_ref", "")) in levels
        for selector in part["selectors"]
    ]


def _drops(rule: Rule, claim: Claim, one: Planted) -> bool:
    """Whether a rule takes a secret out of the object in which it is planted."""
    if rule.types and claim.parsed.type not in rule.types:
        return False
    if rule.do == "drop-object":
        return True
    if rule.to == "sector-and-country":
        return claim.parsed.type == "identity"
    if rule.do == "generalise" and rule.to == "network":
        return one.kind in rule.observables and one.kind in {"ipv4-addr", "ipv6-addr"}
    if rule.do == "generalise":
        return False
    return one.kind in rule.observables or any(_covers(path, one.path) for path in rule.properties)


def _covers(path: str, of: str) -> bool:
    asked, stands = path.split("."), of.split(".")
    return len(asked) <= len(stands) and all(one in {"*", other} for one, other in zip(asked, stands, strict=False))
