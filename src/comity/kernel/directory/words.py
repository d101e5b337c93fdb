"""The words by which people name things here: slugs, names, jurisdictions. Checked once, on the way in."""

import re
import unicodedata
from typing import Final
from uuid import UUID

from comity.kernel.base.errors import Invalid
from comity.kernel.base.jurisdictions import JURISDICTIONS

LONGEST_SLUG: Final = 63
LONGEST_NAME: Final = 200
LONGEST_TEXT: Final = 2000

_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def check_slug(text: str) -> str:
    """A slug as it may stand in a URL, a command and the user part of HTTP Basic; never one that reads as a UUID."""
    if len(text) > LONGEST_SLUG or not _SLUG.fullmatch(text) or _is_uuid(text):
        raise Invalid(
            f"'{text[:80]}' is no slug",
            code="slug",
            hint=f"Use lower-case letters, digits and single hyphens between them, at most {LONGEST_SLUG}, not a UUID.",
        )
    return text


def check_name(text: str, *, what: str = "name") -> str:
    """A name for people to read: one line, no control or format characters, in Unicode normal form C."""
    name = unicodedata.normalize("NFC", text.strip())
    if (
        not name
        or len(name) > LONGEST_NAME
        or any(unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for each in name)
    ):
        raise Invalid(
            f"the {what} is empty, too long or has characters that don't show",
            code="name",
            hint=f"Give one line of at most {LONGEST_NAME} visible characters.",
        )
    return name


def check_text(text: str, *, what: str = "description") -> str:
    """Free text that may be empty and may have several lines."""
    if len(text) > LONGEST_TEXT or "\0" in text:
        raise Invalid(f"the {what} is too long", code="text", hint=f"Give at most {LONGEST_TEXT} characters.")
    return text


def check_jurisdiction(text: str) -> str:
    """An ISO 3166-1 alpha-2 code, EU, UN, or one of the codes that the standard leaves to users (XA to XZ)."""
    code = text.strip().upper()
    if code not in JURISDICTIONS:
        raise Invalid(
            f"'{text[:20]}' is no jurisdiction",
            code="jurisdiction",
            clause="ISO 3166-1",
            hint="Use a two-letter code of ISO 3166-1, EU, UN, or XA to XZ for what you agree on with others.",
        )
    return code


def check_uuid(text: str) -> str:
    """A UUID in its usual form, lower case."""
    if not _is_uuid(text):
        raise Invalid(
            f"'{text[:80]}' is no UUID", code="uuid", clause="RFC 9562 4", hint="Leave it out to have one made."
        )
    return text.lower()


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
