"""The words by which people name things here: slugs, names, jurisdictions. Checked once, on the way in."""

import re
import unicodedata
from typing import Final
from uuid import UUID

from comity.kernel.base.errors import Invalid

LONGEST_SLUG: Final = 63
LONGEST_NAME: Final = 200
LONGEST_TEXT: Final = 2000

_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

# ISO 3166-1: the officially assigned alpha-2 elements.
_ASSIGNED: Final = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT
MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ
UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
# ISO 3166-1, exceptionally reserved, for organisations that are no state: the European Union, the United Nations.
_RESERVED: Final = "EU UN"
# ISO 3166-1 8.1.3 leaves these to users; what they stand for is agreed between those who use them.
_USERS: Final = " ".join(f"X{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")

JURISDICTIONS: Final = frozenset(f"{_ASSIGNED} {_RESERVED} {_USERS}".split())


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
