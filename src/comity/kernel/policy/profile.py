"""Redaction profiles: what is taken out of objects, made coarser or replaced, as data that an agreement carries.

A rule speaks of properties by path, of whole objects, or of values by their kind wherever they stand: as a property, in a
pattern, in text, in a name, in a reference.
"""

from typing import Literal

import msgspec

Do = Literal["drop", "drop-object", "generalise", "pseudonymise"]
Grain = Literal["day", "week", "month", "network", "sector-and-country"]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is done to what.

    ``types``        object types that it speaks of; none: all
    ``properties``   paths from the object's root, steps joined by dots, list elements by their list; ``*`` is any name
    ``observables``  kinds of values (``objects.observables``), wherever such a value stands in the object
    ``to``           of ``generalise``: times to the day, the week (Monday) or the month, addresses to their network
                     (/24, /48), an identity to its sectors and country

    ``drop-object`` names neither properties nor values: objects of these types don't go at all.
    """

    do: Do
    types: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    observables: tuple[str, ...] = ()
    to: Grain | Literal[""] = ""


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A profile by its name in the agreement; its rules hold all together, the strictest of those that meet in one place."""

    name: str
    rules: tuple[Rule, ...] = msgspec.field(name="rule")
    title: str = ""
