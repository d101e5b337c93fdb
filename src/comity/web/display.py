"""How a browser wants its pages: colours, rows, language; kept in a cookie of its own, not in the account.

A wall screen is dark and an office is light for one and the same person. The cookie holds words from short lists and
nothing else; what is not in the lists is the default. Pure.
"""

from typing import Final

import msgspec

from comity.web.page import Display

THEMES: Final = ("system", "light", "dark")
ROWS: Final = ("roomy", "dense")
LASTS_SECONDS: Final = 31_536_000
LONGEST_LANGUAGE: Final = 12


class Wishes(msgspec.Struct, frozen=True):
    """What the cookie says. ``language`` is empty where none was chosen; whether it is spoken here is for others to look."""

    display: Display = Display()
    language: str = ""

    def __str__(self) -> str:
        """The cookie's value."""
        return f"{self.display.theme}.{self.display.rows}.{self.language}"


def read_display(cookie: str) -> Wishes:
    """The wishes in a cookie."""
    theme, _, rest = cookie[:100].partition(".")
    rows, _, language = rest.partition(".")
    return wished(theme, rows, language)


def wished(theme: str, rows: str, language: str) -> Wishes:
    """Wishes from words; unknown ones are the defaults."""
    plain = language.isascii() and language.replace("-", "").isalnum() and len(language) <= LONGEST_LANGUAGE
    return Wishes(
        Display(theme if theme in THEMES else THEMES[0], rows if rows in ROWS else ROWS[0]), language if plain else ""
    )
