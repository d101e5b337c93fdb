"""Careful checks of single values: what ``objects.structs.kinds`` marks, carried out on decoded JSON with findings.

Lives here: one check for each data type of STIX 2.1 section 2. A check gets a value, its path and the report. What a
whole object must hold stands in ``objects.shapes``, what its properties demand of each other in ``objects.rules``.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from comity.kernel.objects import forms
from comity.kernel.objects.guards import EXACT
from comity.kernel.objects.report import Report, shown, step
from comity.kernel.objects.structs.kinds import Between, Dictionary, Ref, Vocab
from comity.kernel.objects.vocabularies import VOCABULARIES, is_closed

Check = Callable[[Any, str, Report], None]

_display_name = re.compile(r"[<>]|\S\s+\S").search

# What a string of each kind must be: where the rule stands, and the words for it.
_EXPECTED: Final[dict[str, tuple[str, str]]] = {
    "identifier": ("2.9", "an identifier of the form type--UUID"),
    "timestamp": ("2.16.1", "a timestamp of the form YYYY-MM-DDTHH:mm:ss[.s+]Z"),
    "timestamp-milliseconds": ("3.2", "a timestamp with at least three digits after the second, in UTC (Z)"),
    "timestamp-seconds": ("6.7.6", "a timestamp precise to the second, without a fraction"),
    "hex": ("2.8", "an even number of the digits 0-9 and a-f"),
    "binary": ("2.1", "base64 of RFC 4648, padded"),
    "language": ("3.2", "a language code of RFC 5646"),
    "charset": ("3.9.1", "the name of a character set in the IANA registry"),
    "domain": ("6.4.1", "a domain name of RFC 1034 with labels of RFC 5890"),
    "ipv4": ("6.8.1", "an IPv4 address or network in CIDR notation"),
    "ipv6": ("6.9.1", "an IPv6 address or network in CIDR notation"),
    "mac": ("6.10.1", "a lower-case MAC-48 address with colons"),
    "cpe": ("6.14.1", "a CPE 2.3 formatted string"),
    "registry-key": ("6.17.1", "a key whose hive is written out, such as HKEY_LOCAL_MACHINE"),
    "relationship-type": ("5.1.2", "letters a-z, digits and hyphens"),
    "spec-version": ("3.2", "2.1"),
    "property-name": ("7.3.2", "a property name: a-z, 0-9 and underscore, 3 to 250 characters, a letter first"),
}

_DEFANGED: Final = frozenset({"domain", "ipv4", "ipv6", "mac"})


def string(value: Any, path: str, report: Report) -> None:
    if not isinstance(value, str):
        report.error(path, "2.15", f"expected a string, got {shown(value)}")


def boolean(value: Any, path: str, report: Report) -> None:
    if not isinstance(value, bool):
        report.error(path, "2.2", f"expected true or false, got {shown(value)}")


def form(kind: str) -> Check:
    """The check of a string of one kind."""
    if kind in _SPECIAL:
        return _SPECIAL[kind]
    predicate = forms.PREDICATES[kind]
    clause, expected = _EXPECTED.get(kind, ("", ""))

    def check(value: Any, path: str, report: Report) -> None:
        if not isinstance(value, str):
            report.error(path, "2.15", f"expected a string, got {shown(value)}")
        elif not predicate(value):
            refuse = report.warning if report.defanged and kind in _DEFANGED else report.error
            refuse(path, clause, f"{shown(value)} is not {expected}")

    return check


def _url(value: Any, path: str, report: Report) -> None:
    if not isinstance(value, str):
        string(value, path, report)
    elif not forms.is_url(value):
        # Square brackets in a query are everywhere in real URLs, though the grammar has them only around an IPv6
        # address.
        if forms.is_url(value.replace("[", "%5B").replace("]", "%5D")):
            report.warning(path, "6.15.1", f"{shown(value)} holds square brackets that RFC 3986 wants percent-encoded")
        else:
            refuse = report.warning if report.defanged else report.error
            refuse(path, "6.15.1", f"{shown(value)} is not a URL of RFC 3986")


def _email(value: Any, path: str, report: Report) -> None:
    if not isinstance(value, str):
        string(value, path, report)
    elif not forms.is_email(value):
        if _display_name(value) and not report.defanged:
            report.error(
                path, "6.5.1", f"{shown(value)} holds more than the address: the display name has a property of its own"
            )
        else:
            report.warning(path, "6.5.1", f"{shown(value)} does not look like an addr-spec of RFC 5322")


def _country(value: Any, path: str, report: Report) -> None:
    if not isinstance(value, str):
        string(value, path, report)
    elif not forms.is_country(value):
        report.warning(path, "4.10.1", f"{shown(value)} is not an ISO 3166-1 alpha-2 code")


def _definition_type(value: Any, path: str, report: Report) -> None:
    if not isinstance(value, str):
        string(value, path, report)
    elif value not in {"statement", "tlp"}:
        report.warning(
            path, "7.2.1", f"{shown(value)} is neither statement nor tlp: new kinds of markings should be extensions"
        )


def _unversioned(value: Any, path: str, report: Report) -> None:
    """Markings from before STIX 2.1 are everywhere, some made to the second. No version is told from another by it."""
    if not isinstance(value, str):
        string(value, path, report)
    elif not forms.is_timestamp(value):
        clause, expected = _EXPECTED["timestamp"]
        report.error(path, clause, f"{shown(value)} is not {expected}")
    elif not forms.is_precise(value):
        report.warning(path, "3.2", f"{shown(value)} has fewer than three digits after the second")


_SPECIAL: Final[dict[str, Check]] = {
    "definition-type": _definition_type,
    "timestamp-unversioned": _unversioned,
    "string": string,
    "boolean": boolean,
    "url": _url,
    "email": _email,
    "country": _country,
}


def term(vocab: Vocab) -> Check:
    """The check of a term: a closed vocabulary refuses (2.4), an open one warns (2.14)."""
    terms = frozenset(VOCABULARIES[vocab.name])
    closed = is_closed(vocab.name)

    def check(value: Any, path: str, report: Report) -> None:
        if not isinstance(value, str):
            string(value, path, report)
        elif value not in terms:
            if closed:
                report.error(path, "2.4", f"{shown(value)} is not in {vocab.name}: {', '.join(sorted(terms))}")
            else:
                report.warning(path, "2.14", f"{shown(value)} is not among the terms of {vocab.name}")

    return check


def is_integer(value: Any) -> bool:
    """A JSON number that is whole: JSON knows no difference between 5 and 5.0."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())


def number(base: type, bounds: Between) -> Check:
    """The check of a number, whole or not, within its bounds."""
    whole = base is int
    low = bounds.low if bounds.low is not None else (-EXACT if whole else None)
    high = bounds.high if bounds.high is not None else (EXACT if whole else None)

    def check(value: Any, path: str, report: Report) -> None:
        if whole and not is_integer(value):
            report.error(path, "2.10", f"expected an integer, got {shown(value)}")
        elif not isinstance(value, int | float) or isinstance(value, bool):
            report.error(path, "2.6", f"expected a number, got {shown(value)}")
        elif (low is not None and value < low) or (high is not None and value > high):
            report.error(path, "2.10" if whole else "2.6", f"{shown(value)} is not within {low} and {high}")

    return check


def reference(ref: Ref) -> Check:
    """The check of an identifier that refers to an object of a certain type (2.9, 3.3)."""
    expected = " or ".join(sorted(ref.only))

    def check(value: Any, path: str, report: Report) -> None:
        if not isinstance(value, str):
            report.error(path, "2.9", f"expected an identifier, got {shown(value)}")
            return
        to = forms.type_of(value) if report.container is None else report.container.get(value, "")
        if not to and report.container is not None:
            report.error(path, "2.13", f"{shown(value)} is not a key of the same container")
        elif not to:
            report.error(path, "2.9", f"{shown(value)} is not an identifier of the form type--UUID")
        elif not ref.allows(to):
            report.error(path, "3.3", f"may not refer to {to}" + (f", only to {expected}" if expected else ""))

    return check


def listing(item: Check) -> Check:
    """The check of a list (2.12): never empty, every item of its type."""

    def check(value: Any, path: str, report: Report) -> None:
        if not isinstance(value, list):
            report.error(path, "2.12", f"expected a list, got {shown(value)}")
        elif not value:
            report.error(path, "2.12", "an empty list is prohibited: leave the property out")
        else:
            for index, each in enumerate(value):
                item(each, f"{path}[{index}]", report)

    return check


def hashes(value: Any, path: str, report: Report) -> None:
    """Hashes by algorithm (2.7)."""
    if not isinstance(value, dict):
        report.error(path, "2.7", f"expected an object of hashes, got {shown(value)}")
        return
    if not value:
        report.error(path, "2.3", "an empty dictionary is prohibited: leave the property out")
    for algorithm, digest in value.items():
        where = step(path, algorithm)
        if not forms.is_hash_key(algorithm):
            report.error(
                where,
                "2.7",
                "the name of a hash algorithm has 3 to 250 characters of a-z, A-Z, 0-9, hyphen and underscore",
            )
        elif not isinstance(digest, str):
            report.error(where, "2.7", f"expected a string, got {shown(digest)}")
        elif not forms.hash_fits(algorithm, digest):
            report.error(where, "2.7", f"{shown(digest)} is not a value of {algorithm}")
        elif algorithm not in forms.HASH_ALGORITHMS:
            report.warning(where, "2.7", f"{shown(algorithm)} is not among the terms of hash-algorithm-ov")


def _strings(value: Any, path: str, report: Report) -> None:
    listing(string)(value, path, report)


def _whole(value: Any, path: str, report: Report) -> None:
    number(int, Between())(value, path, report)


def _word(value: Any, path: str, report: Report) -> None:
    if not isinstance(value, str) and not is_integer(value):
        report.error(path, "2.3", f"expected an integer or a string, got {shown(value)}")


def _anything(value: Any, path: str, report: Report) -> None:
    if value is None:
        report.error(path, "2.3", "null is not a value of STIX")
    elif isinstance(value, list | dict) and not value:
        report.error(path, "2.12" if isinstance(value, list) else "2.3", "empty lists and dictionaries are prohibited")


_ITEMS: Final[dict[str, Check]] = {
    "any": _anything,
    "string": string,
    "strings": _strings,
    "integer": _whole,
    "word": _word,
}


def dictionary(kind: Dictionary) -> Check:
    """The check of a dictionary (2.3) and of each of its values."""
    item = _ITEMS[kind.of]

    def check(value: Any, path: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.error(path, "2.3", f"expected an object, got {shown(value)}")
            return
        if not value:
            report.error(path, "2.3", "an empty dictionary is prohibited: leave the property out")
        for key, each in value.items():
            where = step(path, key)
            if not forms.is_dictionary_key(key):
                report.error(
                    where, "2.3", "a dictionary key has up to 250 characters of a-z, A-Z, 0-9, hyphen and underscore"
                )
            item(each, where, report)

    return check
