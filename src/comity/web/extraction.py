"""The catalogue template: every text of the interface, found where it stands.

``python -m comity.web.extraction`` writes ``locale/comity.pot`` and brings every ``comity.po`` up to date with it; tests hold
the first equal to what the sources say, and the others whole. Found are
``_()`` and ``say()`` in templates (``say`` in attributes, where markup would not be escaped), ``msgid()`` and ``plural()`` in
Python, and ``says()`` in the sentences of policy.
"""

from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from comity.web.i18n import DOMAIN

PACKAGE: Final = Path(__file__).resolve().parent.parent
TEMPLATE: Final = PACKAGE / "web" / "locale" / f"{DOMAIN}.pot"

_METHODS: Final = [("**/templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
_OPTIONS: Final = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}
_KEYWORDS: Final = {
    "_": None,
    "msgid": None,
    "say": None,
    "gettext": None,
    "ngettext": (1, 2),
    "plural": (1, 2),
    "says": None,
}
_HEADER: Final = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: {language}\\n"
"Plural-Forms: {forms}\\n"

"""


def extracted(package: Path = PACKAGE) -> Catalog:
    """All messages of the package, with the files (not the lines: they change with every edit) that hold them."""
    catalogue = Catalog(domain=DOMAIN, project="Comity", charset="utf-8", fuzzy=False)
    found = extract_from_dir(package, _METHODS, _OPTIONS, keywords=_KEYWORDS)
    for file, _line, message, comments, context in sorted(found, key=lambda each: (str(each[2]), each[0])):
        catalogue.add(message, locations=[(file, 0)], auto_comments=comments, context=context)
    return catalogue


def write_template(path: Path = TEMPLATE) -> None:
    """Write the catalogue template, in the order of its texts."""
    _write(path, extracted(), "")


def merge(path: Path, language: str) -> None:
    """Bring a catalogue up to date: new texts come in untranslated, texts that nobody says any more go."""
    with path.open("rb") as file:
        kept = read_po(file, locale=language, domain=DOMAIN, ignore_obsolete=True)
    kept.update(extracted(), no_fuzzy_matching=True)
    kept.obsolete.clear()
    _write(path, kept, _HEADER.format(language=language, forms=kept.plural_forms))


def _write(path: Path, catalogue: Catalog, header: str) -> None:
    with path.open("wb") as file:
        file.write(header.encode())
        write_po(file, catalogue, sort_output=True, omit_header=True, include_lineno=False, width=0)


if __name__ == "__main__":
    write_template()
    for folder in sorted(TEMPLATE.parent.iterdir()):
        if (folder / f"{DOMAIN}.po").is_file():
            merge(folder / f"{DOMAIN}.po", folder.name)
