"""Profiles that any agreement may name without defining them, and how a name of a profile is resolved.

What stands here is part of every text that names it, signed ones as well: what a built-in profile says never changes. Another
wording gets another name.
"""

from collections.abc import Mapping
from typing import Final

from comity.kernel.policy.agreement.articles import Agreement
from comity.kernel.policy.profile import Profile, Rule


def profile_of(agreement: Agreement, name: str) -> Profile | None:
    """The profile that an agreement calls so: its own, or a built-in one; None where there is none."""
    return next((each for each in agreement.profiles if each.name == name), BUILT_IN.get(name))


BUILT_IN: Final[Mapping[str, Profile]] = {
    profile.name: profile
    for profile in (
        Profile(
            "victims",
            (
                Rule("drop", types=("identity",), properties=("contact_information", "description")),
                Rule("generalise", types=("identity",), to="sector-and-country"),
            ),
            "Who was hit, as sector and country",
        ),
        Profile("times", (Rule("generalise", to="day"),), "Times to the day"),
        Profile("networks", (Rule("generalise", to="network"),), "Addresses by their network"),
        Profile(
            "personal-data",
            (
                Rule("pseudonymise", observables=("email-addr", "user-account")),
                Rule("pseudonymise", types=("identity",), properties=("name",)),
                Rule("drop", types=("identity",), properties=("contact_information", "description")),
                Rule("pseudonymise", types=("user-account",), properties=("user_id", "account_login")),
                Rule("drop", types=("user-account",), properties=("display_name", "credential")),
                Rule("drop", types=("email-addr",), properties=("display_name",)),
                Rule(
                    "drop",
                    types=("email-message",),
                    properties=(
                        "subject",
                        "body",
                        "body_multipart",
                        "received_lines",
                        "additional_header_fields",
                        "message_id",
                    ),
                ),
            ),
            "Without the personal data that stand in properties of their own; persons under pseudonyms",
        ),
        Profile(
            "minimal",
            (
                Rule("drop-object", types=("note", "opinion")),
                Rule("drop", properties=("description", "external_references", "labels", "contact_information")),
                Rule("generalise", to="day"),
            ),
            "What it takes to detect and to block, and no more",
        ),
    )
}
"""By name."""
