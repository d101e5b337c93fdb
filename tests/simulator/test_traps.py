"""The traps that tools of this kind fell into, each by its name; and what happens here instead.

Where a trap is a matter of a world and its viewers it is held here; each test says which tool met it and how.
"""

import ast
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from comity.kernel import policy
from comity.kernel.base.clock import FixedClock
from comity.kernel.base.errors import Invalid
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import (
    Agreement,
    Basis,
    Ceiling,
    Onward,
    Parties,
    PersonalData,
    Signatory,
)
from comity.kernel.policy.agreement.reading import read
from comity.kernel.store.store import open_store
from comity.kernel.store.types import Query
from tests.simulator.test_paging import ALL, Follower
from tests.simulator.world import (
    DAY,
    SECOND,
    World,
    address,
    address_id,
    handling,
    made_id,
    note,
    objects,
    world,
)

OURS = Signatory("Korea", "KR", party="korea")
ESTONIA = Signatory("Estonia", "EE", party="estonia")


@pytest.fixture
def w(url: str) -> Iterator[World]:
    """Estonia and the energy sector may be told what is clear, by their ceilings; both read both collections."""
    with world(url) as made:
        made.party("korea", Tlp.RED, own=True)
        made.party("estonia", Tlp.CLEAR, jurisdiction="EE")
        made.party("energy", Tlp.CLEAR)
        made.collection("case", Tlp.GREEN, read=["estonia", "energy"])
        made.collection("open", Tlp.CLEAR, read=["estonia", "energy"])
        made.community("watch")
        yield made


def agreed(*articles: object, signatories: tuple[Signatory, ...] = (OURS, ESTONIA), name: str = "pact") -> Agreement:
    """Ours and Estonia's, up to amber, unless the articles say otherwise."""
    made = [msgspec.structs.replace(one, number=number) for number, one in enumerate(articles, 1)]  # type: ignore[type-var]
    if not any(isinstance(one, Ceiling) for one in made):
        made.append(Ceiling(number=len(made) + 1, tlp="amber"))
    return Agreement(name=name, title=name.title(), signatories=signatories, articles=tuple(made))  # type: ignore[arg-type]


# -- empty audience: a sharing group without members meant everybody (MISP#4200) -------------------------------------------


def test_empty_audience_of_an_agreement_is_nobody(w: World) -> None:
    """A community that nobody has joined, an agreement with nobody but ourselves: to nobody. It opens when somebody joins."""
    w.send("korea", "case", note("a", tlp=Tlp.GREEN))
    w.enact(agreed(Parties(number=0, communities=("watch",)), signatories=(OURS,)))
    w.enact(agreed(Parties(number=0, communities=("no such community",)), signatories=(OURS,), name="other"))
    assert w.everything("estonia") == w.everything("energy") == []
    w.member("watch", "energy", there=True)
    assert w.everything("estonia") == []
    assert w.everything("energy") == [note("a", tlp=Tlp.GREEN)]
    w.member("watch", "energy", there=False)
    assert w.everything("energy") == []


@pytest.mark.parametrize("said", ["releasable_to", "recipients", "purposes", "resides_in"])
def test_empty_audience_of_a_caveat_is_nobody(w: World, said: str) -> None:
    marking = handling("none", **{said: []})
    w.send("korea", "open", marking)
    marked = note(
        "a", tlp=Tlp.RED if said == "recipients" else Tlp.CLEAR, markings=[made_id("marking-definition", "none")]
    )
    w.ceiling("estonia", Tlp.RED)
    w.send("korea", "open", marked)
    assert marked not in w.everything("estonia") + w.everything("energy")
    assert marked in w.everything("korea")


def test_empty_audience_in_a_text_is_refused() -> None:
    """Read as written, before anybody signs."""
    text = """
comity = "agreement/1"
name = "pact"
title = "Pact"

[[signatory]]
name = "Korea"
jurisdiction = "KR"
party = "korea"

[[article]]
number = 1
says = "ceiling"
tlp = "green"
"""
    with pytest.raises(Invalid):
        read(text)


# -- dependencies beyond the filter: what an object refers to was shipped along (OpenCTI's streams) ------------------------


def test_dependencies_beyond_the_filter_are_not_shipped(w: World) -> None:
    """Neither what the query did not ask for, nor what policy withholds, comes along because something refers to it."""
    hidden = note("hidden", tlp=Tlp.RED)
    named = note("named", tlp=Tlp.CLEAR)
    asked = note("asked", tlp=Tlp.CLEAR, refs=[made_id("note", "hidden"), made_id("note", "named"), address_id(1)])
    w.send("korea", "open", hidden, named, asked, address(1, tlp=Tlp.CLEAR))
    query = Query(ids=(made_id("note", "asked"),), versions=("all",))
    assert [raw for page in w.pages("estonia", query, 10) for raw in objects(page)] == [asked]
    typed = Query(types=("note",), versions=("all",))
    assert sorted(raw for page in w.pages("estonia", typed, 1) for raw in objects(page)) == sorted([asked, named])
    assert {node.id for node in w.eyes("estonia").walk(made_id("note", "asked"), depth=3).nodes} == {
        made_id("note", "asked"),
        made_id("note", "named"),
        address_id(1),
    }


# -- pagination by timestamp only: what shares a timestamp with a page's end was lost (OpenCTI#4537, #5681) ----------------


@pytest.mark.parametrize("by_next", [True, False], ids=["by next", "by added_after"])
def test_pagination_by_timestamp_only_loses_nothing(w: World, by_next: bool) -> None:
    """The clock stands still; what an agreement opens comes under one moment too. Pages of every size give each once."""
    sent = [note(f"{number}", tlp=[Tlp.CLEAR, Tlp.GREEN][number % 2]) for number in range(60)]
    for start in range(0, 60, 7):
        w.send("korea", "open", *sent[start : start + 7])
    reader = Follower(w.store, w.parties["estonia"].id, ALL, random.Random(3), by_next=by_next)
    reader.follow()
    assert len(reader.got) == 30
    w.enact(agreed())
    while reader.follow():
        pass
    assert sorted(reader.got) == sorted(sent)


# -- highest-wins marking: one marking for the whole object hid who had imposed it (OpenCTI's segregation) -----------------


def test_highest_wins_marking_does_not_hide_what_a_milder_source_gives(w: World) -> None:
    """The same content from two sources, one strict, one not: released through the claim that permits it, and our own people see
    which source imposed what.
    """
    w.send("estonia", "case", note("a", tlp=Tlp.RED))
    w.send("korea", "open", note("a", tlp=Tlp.CLEAR, content="the same, marked by us"))
    assert w.everything("energy") == [note("a", tlp=Tlp.CLEAR, content="the same, marked by us")]
    told = w.eyes("korea").explained(made_id("note", "a"), w.parties["energy"].id)
    assert {(one.held.source_slug, one.held.tlp, one.released) for one in told} == {
        ("estonia", Tlp.RED, False),
        ("korea", Tlp.CLEAR, True),
    }


def test_highest_wins_marking_is_not_lowered_by_another_source(w: World) -> None:
    """Nobody opens what another gave by sending the same under a milder marking: the strict claim stays closed."""
    w.send("estonia", "case", note("a", tlp=Tlp.RED, content="theirs"))
    w.send("energy", "open", note("a", tlp=Tlp.CLEAR, content="squatted"))
    w.enact(agreed(Onward(number=0, to="anybody")))
    assert note("a", tlp=Tlp.RED, content="theirs") not in w.everything("energy")


# -- deadlines and legal bases hard-coded instead of dated data ------------------------------------------------------------


def test_legal_bases_are_not_hard_coded_a_decision_that_lapses_closes_by_itself(w: World) -> None:
    """An adequacy decision until a date: open the day before, closed at its moment whether or not the worker is awake."""
    now = w.clock.now()
    basis = Basis(kind="adequacy", to=("EE",), reference="a decision", since=now - DAY, until=now + DAY)
    w.send("korea", "open", note("a", tlp=Tlp.AMBER))
    w.enact(agreed(PersonalData(number=0, bases=(basis,))))
    assert len(w.everything("estonia")) == 1
    w.clock.at = now + DAY - 1
    assert len(w.everything("estonia")) == 1
    w.clock.at = now + DAY
    assert w.everything("estonia") == []
    w.tick()
    assert w.everything("estonia") == []


def test_legal_bases_are_not_hard_coded_no_jurisdiction_is_named_in_policys_code() -> None:
    """Law is data of an agreement. Policy's own code knows no state, no instrument, no year."""
    states = {"KR", "EE", "EU", "US", "UK", "GB", "JP", "SG", "DE", "FR"}
    found = [
        f"{path.name}:{node.lineno}: {node.value}"
        for path in Path(policy.__path__[0]).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and (node.value in states or re.search(r"\b(19|20)\d\d[-/]\d+", node.value))
    ]
    assert found == []


# -- a flood of distinct markings ------------------------------------------------------------------------------------------


def test_a_flood_of_distinct_markings_ends_in_quarantine_with_the_node_still_quick(w: World) -> None:
    """Each object under a marking of its own, five times the quota. What is over it is withheld from everybody but its source and
    ourselves; others' objects are released as before; pages and commits take as long as before, or nearly.
    """
    store, quota = open_store(w.url, FixedClock(w.clock.now()), w.random.randbytes, labels_per_source=100), 100
    flood = [
        handling(f"flood {number}", not_before=f"2026-01-01T00:{number // 60:02}:{number % 60:02}Z")
        for number in range(600)
    ]
    w.store.close()
    w.store = store
    store._clock.at = w.clock.now()  # type: ignore[attr-defined]
    for name in ("quiet", "again"):
        w.send("korea", "open", *(note(f"{name} {number}", tlp=Tlp.CLEAR) for number in range(200)))
    quick = _seconds(lambda: w.everything("energy", limit=100))
    for start in range(0, len(flood), 100):
        w.send("estonia", "open", *flood[start : start + 100])
        marked = [
            note(f"flooded {n}", tlp=Tlp.CLEAR, markings=[made_id("marking-definition", f"flood {n}")])
            for n in range(start, start + 100)
        ]
        w.send("estonia", "open", *marked)
    labels = {one.source: one for one in store.vitals.quarantine()}
    assert labels[w.parties["estonia"].id].claims > 0
    with store._database.snapshot() as reader:
        held = reader.cursor.execute(f"SELECT count(*) FROM label WHERE source = {w.parties['estonia'].id}").fetchone()[
            0
        ]
    assert held <= quota + 10, "labels of one source are bounded"
    seen = set(w.everything("energy"))
    over = [raw for raw in w.everything("estonia") if b"flooded" not in raw and raw not in seen]
    assert over, "what is over the quota is withheld"
    assert len(w.everything("estonia")) == len(w.everything("korea")) == 400 + 1200
    fresh = note("after the flood", tlp=Tlp.CLEAR)
    spent = _seconds(lambda: w.send("korea", "open", fresh))
    assert fresh in w.everything("energy")
    assert spent < 1
    assert _seconds(lambda: w.everything("energy", limit=100)) < 10 * quick + 1


def _seconds(run: object) -> float:
    start = time.perf_counter()
    run()  # type: ignore[operator]
    return time.perf_counter() - start


def test_an_unknown_marking_is_no_label_of_its_own(w: World) -> None:
    """Statements and unknown markings are a term each, however many there are."""
    w.send(
        "estonia", "open", *(note(f"{n}", markings=[made_id("marking-definition", f"unknown {n}")]) for n in range(50))
    )
    with w.store._database.snapshot() as reader:
        held = reader.cursor.execute(f"SELECT count(*) FROM label WHERE source = {w.parties['estonia'].id}").fetchone()[
            0
        ]
    assert held == 1
    assert w.everything("energy") == []
    assert w.clock.now() + SECOND > 0
