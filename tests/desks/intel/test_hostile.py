"""Whatever a property holds, the page has no element and no attribute that it has not with harmless text.

Every property of every type, one payload at a time, through the real templates. Structures are compared (they may repeat: a
longer text takes more lines of a picture), so that a new way out of the escaping is found without a list of forbidden words.
"""

from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from comity.desks.intel.objects import (
    Audience,
    Claim,
    Hit,
    Marking,
    Named,
    ObjectPage,
    Reading,
    Restriction,
    SearchPage,
)
from comity.kernel.objects.markings import Tlp
from comity.web.assets import read_assets
from comity.web.charts.neighbourhood import Group, Neighbour, drawn
from comity.web.i18n import SOURCE_LANGUAGE, read_catalogues
from comity.web.page import Shell
from comity.web.portraits.kinds import KINDS
from comity.web.portraits.portrait import portrait
from comity.web.portraits.titles import short_title, title
from comity.web.press import Press
from comity.web.words import outside
from tests.house.tree import PACKAGE

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "</title><script>alert(1)</script>",
    "</svg><style>*{}</style>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "%(source)s %s %",
    "<!-- ",
    "]]>",
    "\x00\x1b[31m\u202egnp.exe\u2028",
    "&lt;script&gt;",
]
HARMLESS = "harmless"
LONG = {("h1", ("class",))}  # a long title has a class of its own
COMMON = [
    "name",
    "description",
    "created",
    "modified",
    "created_by_ref",
    "labels",
    "lang",
    "confidence",
    "pattern",
    "pattern_type",
    "x_custom",
    "value",
    "subject",
    "abstract",
    "content",
    "external_references",
    "kill_chain_phases",
    "granular_markings",
    "object_marking_refs",
    "hashes",
    "extensions",
]

PRESS = Press(
    {"web": "comity.web", "intel": "comity.desks.intel"},
    read_assets(PACKAGE / "web" / "static"),
    read_catalogues(PACKAGE / "web" / "locale"),
    ZoneInfo("Asia/Seoul"),
)
SHELL = Shell(
    node="Demo",
    language=SOURCE_LANGUAGE,
    now=0,
    account=None,
    roles=(),
    query="",
    form_token="",
    navigation=(),
    marking=Tlp.AMBER_STRICT,
)


def value_of(name: str, text: str) -> Any:
    """A value of the JSON type that the property has, with the text in every place for text."""
    shapes: dict[str, Any] = {
        "external_references": [
            {"source_name": text, "description": text, "url": text, "external_id": text},
            {"source_name": text, "url": f"https://host.example/{text}"},
        ],
        "kill_chain_phases": [{"kill_chain_name": text, "phase_name": text}],
        "granular_markings": [{"marking_ref": text, "selectors": [text]}, {"lang": text, "selectors": [text]}],
        "hashes": {text: text},
        "extensions": {text: {text: [text, {text: text}]}},
        "x_custom": {text: [text, {text: {text: text}}]},
        "contents": {text: {text: text}},
        "definition": {"statement": text},
        "environment_variables": {text: text},
        "additional_header_fields": {text: [text]},
        "body_multipart": [{"body": text}],
        "values": [{"name": text, "data": text}],
        "confidence": 50,
    }
    return shapes.get(name, [text] if name.endswith("s") and name not in {"address", "alias"} else text)


def object_of(kind: str, text: str) -> dict[str, Any]:
    names = dict.fromkeys([*KINDS[kind].properties, *COMMON]) if kind in KINDS else dict.fromkeys(COMMON)
    return {"type": kind, "id": f"{kind}--{text}", **{name: value_of(name, text) for name in names}}


def page_of(decoded: dict[str, Any], text: str) -> ObjectPage:
    """The page of an object whose neighbours, sources and partners carry the same text."""
    named = Named(text, "Malware", "tool", "/intel/objects/x")
    claim = Claim(
        leaf=1,
        path="/intel/objects/x?claim=1",
        source=text,
        collection=text,
        tlp=Tlp.GREEN,
        assumed=True,
        modified=0,
        added=0,
        digest="00" * 32,
        shown=True,
        latest=True,
    )
    group = Group(text, (Neighbour(text, "tool", "/intel/objects/x"), Neighbour(text, "tool", "")))
    return ObjectPage(
        id=text,
        raw_path="/intel/objects/x/raw",
        portrait=portrait(decoded, {text: text}),
        tlp=Tlp.GREEN,
        assumed=False,
        markings=(Marking(text, "/intel/objects/x"), Marking(text, "")),
        granular=(),
        creator=named,
        claim=claim,
        claims=(claim,),
        claims_more=0,
        contested=True,
        conflict=False,
        superseded=True,
        names={text: named},
        picture=drawn(short_title(decoded), "tool", [group], [group]),
        relations=(),
        relations_cut=False,
        audience=(Audience(party=text, standing="partly", reasons=(outside(text),)),),
        audience_path="/intel/objects/x/audience",
        parties_more=0,
        restriction=Restriction(people=(), path=""),
    )


class Skeleton(HTMLParser):
    """Elements with the names of their attributes, in order; and every address something leads to."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.bones: list[tuple[str, tuple[str, ...]]] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.bones.append((tag, tuple(sorted(name for name, _ in attrs))))
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "action", "xlink:href"}]

    def handle_comment(self, data: str) -> None:
        self.bones.append(("comment", ()))

    def unknown_decl(self, data: str) -> None:
        self.bones.append(("declaration", ()))


def skeleton(html: str) -> Skeleton:
    found = Skeleton()
    found.feed(html)
    found.close()
    return found


@pytest.mark.parametrize("kind", [*KINDS, "x-custom"])
def test_no_property_of_any_type_becomes_markup(kind: str) -> None:
    calm = skeleton(PRESS.page(page_of(object_of(kind, HARMLESS), HARMLESS), SHELL))
    for payload in PAYLOADS:
        html = PRESS.page(page_of(object_of(kind, payload), payload), SHELL)
        found = skeleton(html)
        strange = set(found.bones) - set(calm.bones) - LONG
        assert not strange, (kind, payload)
        for address in found.addresses:
            assert address.startswith(("/", "#", "https://host.example/", "?")), (kind, payload, address)
        assert not any("\u202e" in part or "\x00" in part or "\x1b" in part for part in html), (kind, payload)


def test_search_and_its_results_are_text() -> None:
    def page(text: str) -> str:
        decoded = object_of("malware", text)
        hit = Hit(
            path="/intel/objects/x",
            title=title(decoded, {}),
            kind="Malware",
            shape="tool",
            tlp=Tlp.RED,
            assumed=True,
            source=text,
            collection=text,
            added=0,
            revoked=True,
            disputed=True,
            restricted=False,
        )
        reading = Reading("URL", text)
        found = SearchPage(query=text, readings=(reading,), hits=(hit,), following="", continued=True)
        return PRESS.page(found, SHELL)

    calm = skeleton(page(HARMLESS)).bones
    for payload in PAYLOADS:
        assert skeleton(page(payload)).bones == calm, payload
