"""From the bytes of one object to ``Parsed`` or ``Rejected``: the only way in.

Two readers. The fast one decodes into a strict twin and asks the few questions of its plan; where all is certainly
fine, that is all. Whatever it is not sure of goes to the careful one, which decodes freely, finds everything there is
to find, and decides. Invariants: nothing raises, whatever the bytes; the fast reader accepts nothing in which the
careful one would find anything; both give the same ``Parsed`` (held by a property test). Clauses: STIX 2.1, RFC 8259,
RFC 7493.
"""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects import careful, forms, guards, ids, observables, patterns, references, text
from comity.kernel.objects.findings import Finding
from comity.kernel.objects.parsed import Parsed, Rejected
from comity.kernel.objects.relationships import is_expected
from comity.kernel.objects.strict import DECODER, PLANS, Plan
from comity.kernel.objects.structs.kinds import SCO_TYPES

_decode_strictly = DECODER.decode
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
# Only for what a twin holds: there, moments and references are short.
_moment = forms.moment_of_short
_type_of = forms.type_of_short
_unhex = bytes.fromhex

_A_ID: Final = re.compile(rb'"id"\s*:\s*"([^"\\]{1,300})"').search
_LONGEST_ID: Final = 300


def parse(raw: bytes) -> Parsed | Rejected:
    """One object, from the bytes that a source sent."""
    try:
        held = _decode_strictly(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _carefully(raw)
    return _quickly(raw, held, PLANS[type(held)]) or _carefully(raw)


def parse_all(raws: Iterable[bytes]) -> list[Parsed | Rejected]:
    """Each object on its own: a bad one never spoils the others."""
    return [parse(raw) for raw in raws]


def _quickly(raw: bytes, held: Any, plan: Plan) -> Parsed | None:
    """The object if it is certainly fine; None where the careful reader must look."""
    # 1. The identifier, and the JSON itself: no repeated key, no U+0000.
    own = held.id
    uuid = _uuid(own, plan)
    if uuid is None or (b"\\" in raw and b"\\u0000" in raw):
        return None
    encoded = _encode(held)
    # The shortest form of the same content has the same length, unless numbers vary; else keys are counted.
    if (len(encoded) != len(raw) or plan.lengths_vary) and not guards.is_plain(raw, encoded):
        return None
    # 2. Each property, then the rules between them.
    for value, test in zip(plan.tested(held), plan.tests):  # noqa: B905  equally long, and this is the hot path
        if value is not None and not test(value):
            return None
    for rule in plan.rules:
        # A twin lacks what it leaves out: that is absent.
        if rule(lambda name: getattr(held, name, None)) is not None:
            return None
    # 3. Who and when, or where an observable's identifier comes from.
    modified = created_by = None
    revoked = False
    if plan.is_sco:
        if not _is_derived(held, own, plan):
            return None
    else:
        modified = _version(held)
        created_by = held.created_by_ref
        if modified is None or (created_by is not None and _type_of(created_by) != "identity"):
            return None
        revoked = getattr(held, "revoked", None) is True
    # 4. Markings and references.
    markings: tuple[str, ...] = ()
    if held.object_marking_refs is not None:
        for each in held.object_marking_refs:
            if _type_of(each) != "marking-definition":
                return None
        markings = tuple(dict.fromkeys(held.object_marking_refs))
    refs = _references(held, plan)
    if refs is None:
        return None
    # 5. What the object is about.
    pairs = _observables(held, plan.type)
    if pairs is None:
        return None
    return Parsed(
        raw,
        plan.type,
        own,
        uuid,
        modified,
        created_by,
        revoked,
        markings,
        (),
        _targets(refs, own, created_by, markings) if refs else (),
        pairs,
        _text(held, plan),
        sha256(raw).digest(),
    )


def _uuid(own: str, plan: Plan) -> bytes | None:
    """The 16 bytes of the identifier, or None where it is not of the type, or its UUID not in the usual lower-case
    form.
    """
    return _unhex(own[-36:].replace("-", "")) if plan.is_own_id(own) else None


def _references(held: Any, plan: Plan) -> list[str] | None:
    """What the type's reference properties point to, or None where one may not."""
    found: list[str] = []
    for value, ref in zip(plan.referring(held), plan.refs):  # noqa: B905  equally long, and this is the hot path
        if value is None:
            continue
        for each in value if type(value) is list else (value,):
            to = _type_of(each)
            if not to or not (to in ref.only if ref.only else to not in ref.never):
                return None
            found.append(each)
    return found


def _observables(held: Any, kind: str) -> tuple[tuple[str, str], ...] | None:
    """The observables of an object, or None where its pattern or the relationship it states is worth a finding."""
    if kind == "indicator" and held.pattern_type == "stix":
        findings, pairs = patterns.examine(held.pattern)
        return None if findings else pairs
    if kind == "relationship":
        return () if is_expected(_type_of(held.source_ref), held.relationship_type, _type_of(held.target_ref)) else None
    return observables.of_object(kind, held)


def _version(held: Any) -> Micros | None:
    """When a version was made; None where the times are not in order or not precise."""
    created = held.created
    if len(created) < 24:
        return None
    first = _moment(created)
    modified = getattr(held, "modified", created)
    if modified == created:
        return first
    last = _moment(modified)
    return last if first is not None and last is not None and first <= last and len(modified) >= 24 else None


def _is_derived(held: Any, own: str, plan: Plan) -> bool:
    """True where a version 5 identifier is that of the content, or it is of another version and need not be (2.9)."""
    if own[-22] != "5":
        return own[-22] == "4" or bool(plan.single)
    if plan.single:
        return ids.single_id(plan.type, getattr(held, plan.single)) == own
    content = {name: value for name in plan.contributing if (value := getattr(held, name, None)) is not None}
    return ids.sco_id(plan.type, content) == own


def _targets(refs: list[str], own: str, created_by: str | None, markings: tuple[str, ...]) -> tuple[str, ...]:
    found = dict.fromkeys(refs)
    for each in (own, created_by, *markings):
        found.pop(each, None)  # type: ignore[arg-type]
    return tuple(found)


def _text(held: Any, plan: Plan) -> str:
    texts: list[str] = []
    for value in plan.searched(held):
        if type(value) is str:
            texts.append(value)
        elif type(value) is list:
            texts += value
        elif value is not None:
            texts += value.values()
    if plan.cites and held.external_references is not None:
        for each in held.external_references:
            texts += [found for found in (each.description, each.external_id) if found is not None]
    return text.joined(texts)


def _carefully(raw: bytes) -> Parsed | Rejected:
    try:
        held = _decode(raw)
    except RecursionError:
        return _unreadable(raw, "RFC 8259 9", f"nested deeper than {guards.MAX_DEPTH}")
    except UnicodeDecodeError:
        return _unreadable(raw, "RFC 8259 8.1", "not UTF-8")
    except msgspec.DecodeError as error:
        return _unreadable(raw, "RFC 8259", str(error))
    if not guards.is_shallow(held, raw):
        return _rejected(held, (Finding("$", "RFC 8259 9", f"nested deeper than {guards.MAX_DEPTH}"),))
    repeated = guards.repeated_key(raw, held)
    report = careful.examine(held)
    if repeated is not None:
        report.error("$", "RFC 7493 2.3", f"the key {repeated[:80]!r} is repeated in one object")
    for path in guards.inexact(held, raw):
        report.error(path, "2.10", "an integer beyond 2^53 - 1 has no exact form")
    if b"\\u0000" in raw and any("\x00" in leaf for leaf in text.strings(held)):
        report.warning("$", "2.15", "holds U+0000, which is kept in the object and left out of search")
    if report.refused:
        return _rejected(held, report.sorted())
    return _accepted(held, raw, report.sorted())


def _accepted(held: dict[str, Any], raw: bytes, warnings: tuple[Finding, ...]) -> Parsed:
    kind, own = held["type"], held["id"]
    shape = careful.shape_of(held)
    created_by = held.get("created_by_ref")
    markings = tuple(dict.fromkeys(held.get("object_marking_refs", ())))
    granular = {each["marking_ref"] for each in held.get("granular_markings", ()) if "marking_ref" in each}
    if kind == "indicator":
        pairs = patterns.observables(held["pattern"]) if held["pattern_type"] == "stix" else ()
    else:
        pairs = observables.of_object(kind, held)
    version = None if kind in SCO_TYPES else held.get("modified") or held.get("created")
    return Parsed(
        raw,
        kind,
        own,
        bytes.fromhex(own[-36:].replace("-", "")),
        None if version is None else forms.moment(version),
        created_by,
        held.get("revoked") is True and kind not in SCO_TYPES,
        markings,
        tuple(sorted(granular)),
        references.of_mapping(held, shape.refs, (own, created_by, *markings, *granular)),
        pairs,
        text.of_mapping(held, shape.text, shape.fields),
        sha256(raw).digest(),
        warnings,
    )


def _rejected(held: Any, findings: tuple[Finding, ...]) -> Rejected:
    own = held.get("id") if isinstance(held, dict) else None
    version = (held.get("modified") or held.get("created")) if isinstance(held, dict) else None
    return Rejected(
        own[:_LONGEST_ID] if isinstance(own, str) else "",
        forms.moment(version) if isinstance(version, str) else None,
        findings,
    )


def _unreadable(raw: bytes, clause: str, message: str) -> Rejected:
    """An object that is no JSON: its identifier is what looks like one near its beginning."""
    found = _A_ID(raw[:4096])
    own = found[1].decode("utf-8", "replace") if found else ""
    return Rejected(own, None, (Finding("$", clause, message[:300]),))
