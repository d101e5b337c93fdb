"""Makes a desk of the full shape: ``make new-desk NAME=landscape``. It runs at once, and is then rewritten to its purpose.

Written are the desk's folder with its manual page, its tests, its line on the map, and its mounting. The desk has two pages
that use what desks use: the visible door, a listing, a form of address that can fail, a permission. Then the
message catalogues are brought up to date; ``make test`` names the texts that wait for a translation.
"""

import keyword
import re
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
NAME: Final = re.compile(r"[a-z][a-z0-9]{1,23}")

FILES: Final = {
    "src/comity/desks/NAME/__init__.py": '''"""The NAME desk: what each party gave. ``README.md`` is its manual page."""

from comity.desks.NAME.desk import DESK

__all__ = ["DESK"]
''',
    "src/comity/desks/NAME/desk.py": '''"""The manifest of the NAME desk."""

from comity.casework.desk import Desk, Permission
from comity.desks.NAME import views
from comity.kernel.directory.roles import EVERYONE, Role
from comity.web.page import Entry
from comity.web.words import msgid

DESK = Desk(
    slug="NAME",
    title=msgid("TITLE"),
    sentence=msgid("See what each party gave to the TITLE desk."),
    package="comity.desks.NAME",
    routes=(views.overview, views.party),
    permissions=(
        Permission(views.READ, msgid("Read the pages of the TITLE desk."), EVERYONE - {Role.ADMINISTRATOR}),
    ),
    navigation=(Entry(msgid("TITLE"), "/NAME", 60),),
)
''',
    "src/comity/desks/NAME/views.py": '''"""Views of the NAME desk: read the request, ask one query, answer with one page."""

from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from comity.desks.NAME import queries, rules
from comity.web.visit import Visit

READ: Final = "NAME.read"


@get("/NAME", opt={"permission": READ}, sync_to_thread=True)
def overview(visit: NamedDependency[Visit]) -> Response[str]:
    """Every party and what it gave."""
    asked = visit.listing(rules.COLUMNS, usual="-gave")
    return visit.page(queries.overview(visit.store, visit.viewer, asked))


@get("/NAME/parties/{slug:str}", opt={"permission": READ}, sync_to_thread=True)
def party(visit: NamedDependency[Visit], slug: FromPath[str]) -> Response[str]:
    """What one party gave, collection by collection."""
    return visit.page(queries.party(visit.store, visit.viewer, slug))
''',
    "src/comity/desks/NAME/actions.py": '''"""Actions of the NAME desk: none. It shows what is held, and writes nothing."""
''',
    "src/comity/desks/NAME/queries.py": '''"""Queries of the NAME desk, one function per page.

What was received is asked through ``store.visible``.
"""

from comity.desks.NAME import rules
from comity.desks.NAME.errors import NoSuchParty
from comity.desks.NAME.objects import OverviewPage, PartyPage
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.store import Store
from comity.web.tables import Listing


def overview(store: Store, viewer: Viewer, asked: Listing) -> OverviewPage:
    """Every party that gave something, as the address asks for them."""
    given = rules.by_party(store.visible(viewer).arrivals())
    return OverviewPage(table=rules.table_of_parties(asked, given))


def party(store: Store, viewer: Viewer, slug: str) -> PartyPage:
    """One party, by its short name."""
    own = tuple(each for each in store.visible(viewer).arrivals() if each.source_slug == slug)
    if not own:
        raise NoSuchParty("No party of this name has given anything that you may see.")
    return PartyPage(name=own[0].source_name, table=rules.table_of_arrivals(own))
''',
    "src/comity/desks/NAME/rules.py": '''"""Rules of the NAME desk: what counts as given, and how it is set out. Pure."""

from collections.abc import Sequence
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.store.types import Arrival
from comity.web.tables import At, Column, Link, Listing, Number, Row, Table, Words, plain
from comity.web.words import msgid, outside

COLUMNS: Final = (
    Column(key="party", title=msgid("Party"), sorts=True),
    Column(key="gave", title=msgid("Objects"), sorts=True, number=True),
    Column(key="last", title=msgid("Last arrival"), sorts=True),
)
WITHIN: Final = (
    Column(key="collection", title=msgid("Collection")),
    Column(key="gave", title=msgid("Objects"), number=True),
    Column(key="last", title=msgid("Last arrival")),
)


class Given(msgspec.Struct, frozen=True):
    """What one party gave, over all collections."""

    slug: str
    name: str
    claims: int
    last: Micros


def by_party(arrivals: Sequence[Arrival]) -> tuple[Given, ...]:
    """Arrivals added up for each party."""
    found: dict[str, Given] = {}
    for each in arrivals:
        before = found.get(each.source_slug, Given(each.source_slug, each.source_name, 0, each.last))
        found[each.source_slug] = Given(
            before.slug, before.name, before.claims + each.claims, max(before.last, each.last)
        )
    return tuple(found.values())


def table_of_parties(asked: Listing, given: Sequence[Given]) -> Table:
    """The parties, in the order and on the page that were asked for."""
    keys = {
        "party": lambda each: each.name.casefold(),
        "gave": lambda each: each.claims,
        "last": lambda each: each.last,
    }
    rows = [
        Row((Link(outside(each.name), f"/NAME/parties/{each.slug}"), Number(each.claims), At(each.last)))
        for each in asked.page_of(given, keys)
    ]
    return asked.table(
        msgid("Parties and what they gave"),
        rows,
        total=len(given),
        empty=msgid("Nothing has arrived yet."),
        comes=msgid("When a party sends objects over TAXII, or a file is loaded, the party stands here."),
    )


def table_of_arrivals(arrivals: Sequence[Arrival]) -> Table:
    """What one party gave into each collection."""
    rows = [Row((Words(outside(each.collection_slug)), Number(each.claims), At(each.last))) for each in arrivals]
    return plain(msgid("What the party gave into each collection"), WITHIN, rows)
''',
    "src/comity/desks/NAME/objects.py": '''"""Page structs of the NAME desk."""

from typing import ClassVar

from comity.web.page import Page
from comity.web.tables import Table


class OverviewPage(Page, frozen=True, kw_only=True):
    """Every party and what it gave."""

    template: ClassVar[str] = "NAME/overview.html"

    table: Table


class PartyPage(Page, frozen=True, kw_only=True):
    """What one party gave."""

    template: ClassVar[str] = "NAME/party.html"

    name: str
    table: Table
''',
    "src/comity/desks/NAME/errors.py": '''"""Errors of the NAME desk."""

from comity.kernel.base.errors import NotFound


class NoSuchParty(NotFound):
    """No party of this name, or none whose objects this viewer may see: one answer."""

    code = "NAME-party"
    title = "There is no such party"
''',
    "src/comity/desks/NAME/templates/overview.html": """{% extends "web/page.html" %}
{% import "web/tables.html" as tables %}
{% block title %}{{ _("TITLE") }}{% endblock %}
{% block main %}
<header class="heading">
  <h1>{{ _("TITLE") }}</h1>
  <p class="sentence">{{ _("See what each party gave to the TITLE desk.") }}</p>
</header>
{{ tables.table(table, shell) }}
{% endblock %}
""",
    "src/comity/desks/NAME/templates/party.html": """{% extends "web/page.html" %}
{% import "web/tables.html" as tables %}
{% block title %}{{ line(name, 80) }}{% endblock %}
{% block main %}
<header class="heading">
  <p class="kind">{{ _("Party") }}</p>
  <h1>{{ line(name, 200) }}</h1>
</header>
{{ tables.table(table, shell) }}
{% endblock %}
""",
    "src/comity/desks/NAME/README.md": """# TITLE

For everybody but administrators as such: what each party gave to this node, and when last.

## Questions it answers
- Who gave something, how much, and when last? (`/NAME`, sorted by any column)
- Into which collections did one of them give it? (`/NAME/parties/SLUG`)

## Its law
- `NAME.read` is needed for both pages. What is counted is what the reader may see: it is asked through `store.visible`.
- A party that gave nothing and one that there is not are the same answer.
- The desk writes nothing and keeps no table of its own.

## A case
Alice looks before a call with a partner: 158 objects, the last one this morning, most of them into one collection. She opens the
partner's page and reads the three lines out.
""",
    "tests/desks/NAME/test_pages.py": '''"""/NAME over HTTP: who gave what, and what is said of a party that gave nothing."""

from tests.desks.cast import Node, campaign, malware


def test_parties_stand_with_what_they_gave(node: Node) -> None:
    node.give("estonia", campaign(), malware())
    node.give("isac", malware(2))
    with node.signed_in() as browser:
        page = browser.get("/NAME").text
        assert page.index("Estonia") < page.index("Energy ISAC")
        turned = browser.get("/NAME?sort=gave").text
        assert turned.index("Energy ISAC") < turned.index("/NAME/parties/estonia")


def test_one_party_and_its_collections(node: Node) -> None:
    node.give("estonia", campaign(), malware())
    with node.signed_in() as browser:
        page = browser.get("/NAME/parties/estonia").text
        assert "main" in page
        assert 'href="/NAME"' in page


def test_a_party_that_gave_nothing_and_one_that_there_is_not_are_one_answer(node: Node) -> None:
    with node.signed_in() as browser:
        assert "Nothing has arrived yet." in browser.get("/NAME").text
        for slug in ("estonia", "nobody"):
            assert browser.get(f"/NAME/parties/{slug}").status_code == 404
''',
    "tests/desks/NAME/test_rules.py": '''"""What counts as given."""

from comity.desks.NAME.rules import Given, by_party
from comity.kernel.store.types import Arrival


def test_arrivals_are_added_up_for_each_party() -> None:
    arrivals = [
        Arrival("estonia", "Estonia", "main", 3, 50),
        Arrival("estonia", "Estonia", "inner", 2, 70),
        Arrival("isac", "Energy ISAC", "main", 1, 10),
    ]
    assert by_party(arrivals) == (Given("estonia", "Estonia", 5, 70), Given("isac", "Energy ISAC", 1, 10))


def test_nothing_is_nothing() -> None:
    assert by_party(()) == ()
''',
}


def made(name: str, root: Path = ROOT) -> list[Path]:
    """Writes a desk into a checkout; gives the files that are new."""
    _check(name, root)
    written = []
    for path, text in FILES.items():
        file = root / path.replace("NAME", name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_filled(text, name), encoding="utf-8")
        written.append(file)
    _mount(root / "src" / "comity" / "app" / "desks.py", name)
    _map(root / "docs" / "architecture.md", name)
    return written


def _check(name: str, root: Path) -> None:
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        sys.exit(f"new-desk: {name!r} is no name of a desk: one word of small letters and digits, at most 24")
    if (root / "src" / "comity" / "desks" / name).exists():
        sys.exit(f"new-desk: there is a desk {name} already")


def _filled(text: str, name: str) -> str:
    return text.replace("TITLE", name.capitalize()).replace("NAME", name)


def _mount(path: Path, name: str) -> None:
    """One line of import, in its place, and the name at the end of ``DESKS``."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    imports = [number for number, line in enumerate(lines) if line.startswith("from comity.desks.")]
    line = f"from comity.desks.{name} import DESK as {name.upper()}\n"
    place = next((number for number in imports if lines[number] > line), imports[-1] + 1)
    lines.insert(place, line)
    mounted = re.sub(r"(DESKS: [^=]+= \([^)]*?),?\)", rf"\1, {name.upper()})", "".join(lines))
    path.write_text(mounted, encoding="utf-8")


def _map(path: Path, name: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    desks = [number for number, line in enumerate(lines) if line.startswith("| `desks/")]
    line = f"| `desks/{name}` | what each party gave |\n"
    place = next((number for number in desks if lines[number] > line), desks[-1] + 1)
    lines.insert(place, line)
    path.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: make new-desk NAME=landscape")
    for each in made(sys.argv[1]):
        print(each.relative_to(ROOT))
    print("Mounted in src/comity/app/desks.py, on the map in docs/architecture.md. Now make it yours, then: make test")
