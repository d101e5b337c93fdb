"""Victims as sector and country: an identity of which nothing is left but what kind of organisation it is, and where.

Lives here: the name that it gets and the properties that stay. All others go, custom ones and extensions too: nobody can know
what they tell.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from comity.kernel.objects.vocabularies import VOCABULARIES

KEPT: Final = frozenset(
    {"type", "spec_version", "id", "created_by_ref", "created", "modified", "revoked", "confidence"}
    | {"name", "identity_class", "sectors", "object_marking_refs", "granular_markings"}
)
REACHED: Final = ("url", "email-addr", "domain-name")
"""What contact information tells beside itself: values of these kinds in it are the victim's."""
_CLASSES: Final[dict[str, str]] = {
    "individual": "a person",
    "group": "a group",
    "system": "a system",
    "organization": "an organisation",
    "class": "a class of organisations",
}
_SECTORS: Final = frozenset(VOCABULARIES["industry-sector-ov"])
_is_country = re.compile(r"[A-Z]{2}").fullmatch
_COUNTRIES: Final = frozenset(
    {"country", "country_code", "x_country", "x_country_code", "nationality", "x_nationality"}
)


def name_of(held: Mapping[str, Any]) -> str:
    """The name of an identity as sector and country: "an organisation of the energy sector in KR"."""
    said = _CLASSES.get(str(held.get("identity_class")), "an identity")
    sectors = sectors_of(held)
    if sectors:
        said += f" of the {_listed(sectors)} sector{'s' if len(sectors) > 1 else ''}"
    country = next(_countries(held), "")
    return f"{said} in {country}" if country else said


def sectors_of(held: Mapping[str, Any]) -> list[str]:
    """Its sectors, as far as they are words of the vocabulary: any other word may be its name."""
    sectors = held.get("sectors")
    return [each for each in sectors if each in _SECTORS] if isinstance(sectors, list) else []


def _listed(words: list[str]) -> str:
    *others, last = (word.replace("-", " ") for word in words)
    return f"{', '.join(others)} and {last}" if others else last


def _countries(held: Mapping[str, Any]) -> Iterator[str]:
    """Countries (ISO 3166-1 alpha-2) in properties of that name, also those of extensions. STIX itself has none here."""
    waiting = [(held, 0)]
    while waiting:
        each, depth = waiting.pop(0)
        for name, value in each.items():
            if name in _COUNTRIES and isinstance(value, str) and _is_country(value.upper()):
                yield value.upper()
            elif isinstance(value, dict) and depth < 2:
                waiting.append((value, depth + 1))
