"""The words that an agreement's text may use, and how each kind of word is written."""

import re
from difflib import get_close_matches
from typing import Final

from comity.kernel.base.jurisdictions import JURISDICTIONS
from comity.kernel.objects.extensions import EXTENSIONS
from comity.kernel.objects.markings import Tlp
from comity.kernel.objects.observables import KINDS
from comity.kernel.objects.structs.catalogue import CATALOGUE
from comity.kernel.policy.caveats import PAP_LEVELS

TLP_WORDS: Final = tuple(level.word for level in Tlp)
PAP_WORDS: Final = tuple(PAP_LEVELS)
CHANNELS: Final = ("taxii", "taxii-pull", "file", "form", "peer")
APPROVERS: Final = ("administrator", "analyst", "approver", "diplomat", "duty-officer", "legal")
"""Roles that may agree to a release. An auditor changes nothing, and so agrees to nothing."""

TYPES: Final = (
    *CATALOGUE,
    *sorted({kind for known in EXTENSIONS.values() if known.kind.startswith("new-") for kind in known.types}),
)
OBSERVABLES: Final = tuple(sorted(KINDS))
"""Kinds of values that a rule of a profile may name."""
FIXED: Final = frozenset(
    {"type", "spec_version", "id", "created", "modified", "created_by_ref", "object_marking_refs", "granular_markings"}
)
"""Properties that make an object what it is or say how it goes: no rule of a profile speaks of them."""

RESERVED: Final = frozenset({"new", "drafts", "accept", "answered", "matrix", "time"})
"""Pages of their own stand where an agreement of this name would."""
LONGEST_SLUG: Final = 63

_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*").fullmatch
_UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_IDENTITY: Final = re.compile(rf"identity--{_UUID}").fullmatch
_PATH: Final = re.compile(r"(?:\*|[A-Za-z0-9_-]{1,250})(?:\.(?:\*|[A-Za-z0-9_-]{1,250})){0,15}").fullmatch
_CUSTOM: Final = re.compile(r"x-[a-z0-9-]{1,248}").fullmatch


def is_slug(text: str) -> bool:
    """Lower-case letters, digits, single hyphens between them."""
    return len(text) <= LONGEST_SLUG and _SLUG(text) is not None


def is_identity(text: str) -> bool:
    """The id of a STIX identity."""
    return _IDENTITY(text) is not None


def is_party(text: str) -> bool:
    """A party as a selection or an onward article names it: slug, or identity id."""
    return is_slug(text) or is_identity(text)


def is_jurisdiction(text: str) -> bool:
    """A code of ISO 3166-1 alpha-2, EU, UN, XA to XZ; in capital letters."""
    return text in JURISDICTIONS


def is_type(text: str) -> bool:
    """An object type of STIX 2.1, of a published extension, or a custom one, whose name begins with ``x-``."""
    return text in TYPES or _CUSTOM(text) is not None


def is_path(text: str) -> bool:
    """A property by its path: names joined by dots, ``*`` for any name."""
    return _PATH(text) is not None


def near(word: str, known: tuple[str, ...]) -> str:
    """The known word that was probably meant; "" where none is near."""
    return next(iter(get_close_matches(word.lower(), known)), "")


def listed(words: tuple[str, ...]) -> str:
    """Words as a sentence lists them."""
    return ", ".join(words)
