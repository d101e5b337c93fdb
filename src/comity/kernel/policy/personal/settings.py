"""What an operator may set of the scan for personal data; read once in ``app`` and handed in."""

from functools import lru_cache
from typing import Annotated, Final

from msgspec import Meta, Struct

from comity.kernel.policy.personal.lists import listed

EU: Final = listed("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK")
"""What ``EU`` stands for: the member states by their ISO 3166-1 codes."""


class ScanSettings(Struct, frozen=True, kw_only=True):
    """What is looked for, and when. Each field's ``description`` is its manual entry."""

    always: Annotated[
        bool,
        Meta(
            description="Looks through everything for personal data, also while no agreement asks for that. Without it, "
            "what comes stays unscanned until an agreement has an article on personal data."
        ),
    ] = False
    regions: Annotated[
        str,
        Meta(
            pattern="^[A-Z]{2}(,[A-Z]{2})*$",
            description="Jurisdictions, separated by commas, whose national telephone numbers and identifiers are known when "
            "objects are looked through for personal data: ISO 3166-1 codes, EU for all member states. International forms "
            "are always known.",
        ),
    ] = "KR,US,GB,EU"
    addresses: Annotated[
        bool, Meta(description="Whether IP addresses count as personal data. Then nearly every indicator holds some.")
    ] = False

    @property
    def jurisdictions(self) -> tuple[str, ...]:
        """``regions`` one by one, the EU as its member states."""
        return _jurisdictions(self.regions)


DEFAULT: Final = ScanSettings()


@lru_cache(maxsize=16)
def _jurisdictions(regions: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for region in regions.split(","):
        found.update(dict.fromkeys(EU if region == "EU" else (region,)))
    return tuple(found)
