"""An object looked through for personal data: what it is first, then what its texts say."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.label import Scan
from comity.kernel.policy.personal.emails import is_pseudonym, is_role
from comity.kernel.policy.personal.finding import Finding, Kind
from comity.kernel.policy.personal.lists import listed
from comity.kernel.policy.personal.places import places
from comity.kernel.policy.personal.settings import DEFAULT, ScanSettings
from comity.kernel.policy.personal.telephone import Effort
from comity.kernel.policy.personal.text import holds_any, spans

GENERATION: Final = 1
"""Raised when other things are found: what was looked through by an earlier generation is looked through again."""

Held = dict[str, Any]
Found = Iterator[tuple[Kind, str]]

_decode = msgspec.json.Decoder(Held).decode
_PSEUDONYM: Final = re.compile(r"p-[a-z2-7]{16}")
_SYSTEM_ACCOUNTS: Final = frozenset(
    listed(
        """
    root administrator admin system localsystem guest nobody daemon www-data apache nginx postgres mysql oracle sshd
    backup network-service local-service networkservice localservice anonymous default sa service test user
    """
    )
)
_OF_A_MESSAGE: Final = listed("subject received_lines additional_header_fields body body_multipart raw_email_ref")
"""What makes a message correspondence. Who wrote to whom stands in objects of their own."""
_PATTERN_KINDS: Final = {"user-account": Kind.ACCOUNT}


class Scanned(msgspec.Struct, frozen=True):
    """What an object holds. ``counts``: how many of each kind, for keeping: no value is in it."""

    findings: tuple[Finding, ...] = ()

    @property
    def scan(self) -> Scan:
        """What a label says of it."""
        return Scan.PERSONAL if self.findings else Scan.CLEAR

    @property
    def counts(self) -> Mapping[Kind, int]:
        """How many of each kind, by kind."""
        counted = Counter(finding.kind for finding in self.findings)
        return {kind: counted[kind] for kind in Kind if counted[kind]}


CLEAR: Final = Scanned()


def scan_object(parsed: Parsed, settings: ScanSettings = DEFAULT) -> Scanned:
    """What personal data an object holds, by place."""
    held = _decode(parsed.raw)
    found = [*_by_type(held), *_by_text(held, settings), *_by_pattern(parsed)]
    if not found:
        return CLEAR
    kept: dict[tuple[str, int, Kind], Finding] = {}
    for finding in found:
        kept.setdefault((finding.path, finding.start, finding.kind), finding)
    return Scanned(tuple(kept[key] for key in sorted(kept)))


def left_in(parsed: Parsed, settings: ScanSettings = DEFAULT) -> tuple[Finding, ...]:
    """What is still to be found in an object from which it was taken out; none: it is cleared. Pseudonyms name nobody."""
    return scan_object(parsed, settings).findings


def found_texts(parsed: Parsed, settings: ScanSettings = DEFAULT) -> tuple[str, ...]:
    """What was found, as it is written: each once, the longest first. It is to be taken out wherever it stands."""
    written = {finding.written for finding in scan_object(parsed, settings).findings} - {""}
    return tuple(sorted(written, key=_longest_first))


# -- by type


def _by_type(held: Held, path: str = "") -> Iterator[Finding]:
    reader = _TYPES.get(str(held.get("type")))
    if reader is not None:
        for kind, name in reader(held):
            value = held.get(name)
            text = value if isinstance(value, str) else ""
            where = f"{path}.{name}" if path and name else path or name
            yield Finding(kind, where, 0, len(text), text.strip().lower(), text)
    objects = held.get("objects")  # of observed data in its older form (STIX 2.1 4.14)
    if not path and isinstance(objects, dict):
        for name, inner in objects.items():
            if isinstance(inner, dict):
                yield from _by_type(inner, f"objects.{name}")


def _email_address(held: Held) -> Found:
    value, name = held.get("value"), held.get("display_name")
    role = isinstance(value, str) and is_role(value) and "belongs_to_ref" not in held
    if isinstance(value, str) and not role and not is_pseudonym(value):
        yield Kind.EMAIL, "value"
    if isinstance(name, str) and not role and not _is_pseudonym(name):
        yield Kind.PERSON, "display_name"


def _account(held: Held) -> Found:
    if held.get("is_service_account") is True:
        return
    for name in ("account_login", "user_id", "display_name"):
        value = held.get(name)
        if isinstance(value, str) and not _is_pseudonym(value) and not _is_of_a_system(value):
            yield Kind.ACCOUNT, name


def _identity(held: Held) -> Found:
    name = held.get("name")
    if held.get("identity_class") == "individual" and isinstance(name, str) and not _is_pseudonym(name):
        yield Kind.PERSON, "name"


def _actor(held: Held) -> Found:
    name = held.get("name")
    if held.get("resource_level") == "individual" and isinstance(name, str) and not _is_pseudonym(name):
        yield Kind.PERSON, "name"


def _message(held: Held) -> Found:
    if any(held.get(name) for name in _OF_A_MESSAGE):
        yield Kind.MESSAGE, ""


_TYPES: Final[dict[str, Callable[[Held], Found]]] = {
    "email-addr": _email_address,
    "email-message": _message,
    "identity": _identity,
    "threat-actor": _actor,
    "user-account": _account,
}


# -- by what it looks for, and by text


def _by_pattern(parsed: Parsed) -> Iterator[Finding]:
    if parsed.type != "indicator":
        return
    for kind, value in parsed.observables:
        told = _PATTERN_KINDS.get(kind)
        if told is not None and not _is_pseudonym(value) and not _is_of_a_system(value):
            yield Finding(told, "pattern", 0, 0, value.lower(), value)


def _by_text(held: Held, settings: ScanSettings) -> Iterator[Finding]:
    texts = list(places(held))
    if not settings.addresses and not holds_any("\n".join([text for _, text in texts])):
        return
    effort = Effort()
    for path, text in texts:
        for span in spans(text, settings, effort):
            yield Finding(span.kind, path, span.start, span.end, span.normalised, text[span.start : span.end])


def _longest_first(text: str) -> tuple[int, str]:
    return -len(text), text


def _is_pseudonym(name: str) -> bool:
    return _PSEUDONYM.fullmatch(name.strip()) is not None


def _is_of_a_system(name: str) -> bool:
    """Whether an account is one that every system of a kind has."""
    return name.strip().lower().rpartition("\\")[2].replace(" ", "-") in _SYSTEM_ACCOUNTS or name.endswith("$")
