"""Languages: English source text, catalogues in gettext's form.

A catalogue is ``locale/<language>/comity.po``, read as text when the site is built (no compiled file to go stale).
English needs none. What is not translated is shown in English, never left out.
"""

from collections.abc import Mapping, Sequence
from gettext import NullTranslations
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Final

from babel import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

DOMAIN: Final = "comity"
SOURCE_LANGUAGE: Final = "en"
# Here, and not out of Babel's locale data: that takes each process 4 MB, for two words.
_OWN_NAMES: Final = {"en": "English", "ko": "한국어"}


def read_catalogues(folder: Traversable) -> Mapping[str, NullTranslations]:
    """Translations by language; English is always among them."""
    catalogues: dict[str, NullTranslations] = {SOURCE_LANGUAGE: NullTranslations()}
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        source = entry / f"{DOMAIN}.po"
        if entry.is_dir() and source.is_file():
            catalogues[entry.name] = _read(source.read_bytes(), entry.name)
    return catalogues


def choose(accepted: str, languages: Sequence[str]) -> str:
    """The language for an ``Accept-Language`` header (RFC 9110 12.5.4), among those there are; English where none fits."""
    wanted = [tag for tag, _ in sorted(_weighted(accepted), key=lambda pair: -pair[1])]
    return negotiate_locale(wanted, languages, sep="-") or SOURCE_LANGUAGE


def own_name(language: str) -> str:
    """What a language calls itself: ``한국어``."""
    return _OWN_NAMES.get(language, language)


def _weighted(accepted: str) -> list[tuple[str, float]]:
    weighted = []
    for part in accepted[:400].split(","):
        tag, _, parameter = part.strip().partition(";")
        weight = parameter.strip().removeprefix("q=")
        if tag and tag != "*" and (not weight or weight.replace(".", "", 1).isdigit()):
            weighted.append((tag.strip(), float(weight or 1)))
    return [pair for pair in weighted if pair[1] > 0]


def _read(source: bytes, language: str) -> NullTranslations:
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(source), locale=language, domain=DOMAIN))
    compiled.seek(0)
    return Translations(compiled, domain=DOMAIN)
