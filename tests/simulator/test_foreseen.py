"""What our own people are told about policy is so: a preview is what then happens, an explanation is why, the matrix counts
what is there, and the time machine shows what was and what will be.
"""

import json
import os
import random
from collections import Counter

import msgspec
import pytest

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.lens import Lens
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.types import Query
from tests.simulator.agreeing import Drafter, Words
from tests.simulator.law import Glass, verdict
from tests.simulator.oracle import Claim, version_of
from tests.simulator.simulation import AGREEMENTS, CHANNELS, COLLECTIONS, COMMUNITIES, TYPES, Simulation
from tests.simulator.world import HOUR, SECOND, World, objects, parsed, world

WORLDS = int(os.environ.get("COMITY_WORLDS", "500"))


def simulated(w: World, seed: int, acts: int) -> Simulation:
    simulation = Simulation(w, seed)
    for _ in range(acts):
        simulation.act()
    return simulation


def seen(w: World, viewer: str) -> set[str]:
    """Ids of what a viewer gets."""
    return {json.loads(raw)["id"] for raw in w.everything(viewer)}


def foreseen(simulation: Simulation, seed: int) -> None:
    """An agreement, as it is previewed and as it then is; then what would be if it ended, and is."""
    w, rnd = simulation.w, random.Random(seed)
    words = Words(
        list(simulation.oracle.parties.values()), COMMUNITIES, COLLECTIONS, TYPES, [str(one) for one in CHANNELS]
    )
    agreement = Drafter(rnd, words).draft(rnd.choice(AGREEMENTS), w.clock.now())
    w.clock.forward(SECOND)
    simulation._tick()
    row = w.row(agreement)
    outcome(simulation, row.enacted, lambda: w.enact(agreement))
    w.clock.forward(SECOND)
    simulation._tick()
    held = w.store.agreements
    now = w.clock.now()
    for change, act in (
        ({"suspended": now}, lambda: held.suspend(agreement.name, by="test")),
        ({"suspended": None}, lambda: held.resume(agreement.name, by="test")),
        ({"withdrawn": now}, lambda: held.withdraw(agreement.name, by="test")),
    ):
        outcome(simulation, msgspec.structs.replace(held.get(agreement.name).enacted, **change), act)


def outcome(simulation: Simulation, proposed: object, act: object) -> None:
    """What was said is what each party then gets."""
    w = simulation.w
    before = {slug: seen(w, slug) for slug in simulation.partners}
    then = {slug: shared(simulation, slug) for slug in simulation.partners}
    formed = {slug: set(simulation.forms().asked(slug)) for slug in simulation.partners}
    preview = w.eyes("korea").preview(proposed)  # type: ignore[arg-type]
    act()  # type: ignore[operator]
    simulation.oracle.enacted(proposed)  # type: ignore[arg-type]
    simulation._ended()
    simulation.compare()
    said = {one.slug: one for one in preview.parties}
    forms = simulation.forms()
    for slug in simulation.partners:
        after = seen(w, slug)
        now = shared(simulation, slug)
        otherwise = formed[slug] | forms.asked(slug).keys()
        if slug not in said:
            assert otherwise or after == before[slug], f"{slug} is not mentioned and gets something else"
            continue
        one = said[slug]
        if otherwise:  # object by object it is found what goes as it is, and what in another form
            passing = {claim.parsed.id for claim in forms.as_is(slug)}
            assert set(one.opening.some) <= passing, slug
            assert not set(one.closing.some) & now, slug
            assert now - then[slug] - formed[slug] <= passing
            continue
        assert one.released == len(now)
        for told, really in ((one.opening, now - then[slug]), (one.closing, then[slug] - now)):
            assert told.count == len(really), slug
            assert set(told.some) <= really
            assert len(told.some) == min(len(really), 20)


def shared(simulation: Simulation, slug: str) -> set[str]:
    """What a party sees, of what we see ourselves: its own claims may name what is restricted, and so be hidden from us."""
    return {
        claim.parsed.id
        for claim in simulation.oracle.claims
        if simulation.oracle.open(claim, slug) is not None and simulation.oracle.open(claim, "korea") is not None
    }


@pytest.mark.parametrize("seed", [4, 9, 15, 20, 24])
def test_a_preview_is_what_then_happens(url: str, seed: int) -> None:
    with world(url, seed) as w:
        foreseen(simulated(w, seed, 18), seed)


def explained(simulation: Simulation) -> None:
    """For every object and party, now and on days to come: which claims go, what policy says, and what stands in the way."""
    w, oracle = simulation.w, simulation.oracle
    own = w.eyes("korea")
    for object_id in sorted({claim.parsed.id for claim in oracle.claims}):
        held = {
            (claim.source, claim.collection, claim.raw): claim
            for claim in oracle.claims
            if claim.parsed.id == object_id and oracle.open(claim, "korea") is not None
        }
        for slug in simulation.partners:
            for later in (None, w.clock.now() + 3 * HOUR):
                told = own.explained(object_id, w.parties[slug].id, later)
                assert len(told) == len(held)
                for one in told:
                    claim = held[one.held.source_slug, one.held.collection_slug, one.held.raw]
                    on = w.clock.now() if later is None else later
                    wanted = verdict(claim.facts, slug, oracle.directory, on)
                    assert one.decision.effect is wanted.effect, (slug, later, wanted, claim.facts)
                    assert form(one.decision.lens, slug) == wanted_form(wanted.glass), (slug, later, wanted)
                    assert (one.decision.counterfactual is None) or wanted.effect is not Effect.RELEASE
                    if later is None:
                        assert one.released == (oracle.open(claim, slug) is not None)
                        if wanted.effect is Effect.RELEASE and not one.released:
                            assert one.missing or one.hidden


def form(lens: Lens | None, slug: str) -> dict[str, object] | None:
    """Through what the product would look at it, as far as the oracle has words for it."""
    if lens is None:
        return None
    said = {name: getattr(lens, name) for name in ("hidden", "profiles", "anonymous", "cleared")}
    reviews = {tuple(each.split(" ")) for each in lens.reviews}
    return said | {"scope": lens.scope or f"ceiling of {slug}", "without": len(lens.without), "reviews": reviews}


def wanted_form(glass: Glass | None) -> dict[str, object] | None:
    """The same of the oracle's."""
    if glass is None:
        return None
    said = {name: getattr(glass, name) for name in ("hidden", "profiles", "anonymous", "cleared", "scope")}
    return said | {
        "without": len(glass.without),
        "reviews": {tuple(map(str, each)) for each in glass.reviews},
    }


def counted(simulation: Simulation) -> None:
    """The matrix counts the claims that our own party sees, by what policy says of them for each partner."""
    w, oracle = simulation.w, simulation.oracle
    mine = [claim for claim in oracle.claims if oracle.open(claim, "korea") is not None]
    for feature, column in (
        ("tlp", lambda claim: claim.facts.tlp.word),
        ("type", lambda claim: claim.facts.type),
        ("source", lambda claim: claim.source),
        ("collection", lambda claim: claim.collection),
    ):
        matrix = w.eyes("korea").matrix(feature)
        assert set(matrix.columns) == {column(claim) for claim in mine}
        rows = {row.party: row for row in matrix.rows}
        for slug in simulation.partners:
            for name, cell in zip(matrix.columns, rows[w.parties[slug].id].cells, strict=True):
                effects = Counter(
                    verdict(claim.facts, slug, oracle.directory, w.clock.now()).effect
                    for claim in mine
                    if column(claim) == name
                )
                assert {
                    effect: getattr(cell, effect.value) for effect in Effect if getattr(cell, effect.value)
                } == effects


@pytest.mark.parametrize("seed", range(20, 23))
def test_explanations_and_the_matrix_say_what_is(url: str, seed: int) -> None:
    with world(url, seed) as w:
        simulation = simulated(w, seed, 22)
        explained(simulation)
        counted(simulation)


def remembered(w: World, seed: int, acts: int) -> None:
    """What each party could see after each act, asked for at the end. What has been taken back is not held any more."""
    simulation = Simulation(w, seed)
    was: list[tuple[int, str, list[Claim]]] = []
    oracle = simulation.oracle
    for _ in range(acts):
        simulation.act()
        w.clock.forward(SECOND)
        simulation._tick()
        was += [
            (w.clock.now(), slug, [claim for claim in oracle.claims if oracle.open(claim, slug) is not None])
            for slug in simulation.viewers
        ]
        simulation.compare()
        w.clock.forward(SECOND)
    for at, slug, claims in was:
        told = everything_on(w, slug, at)
        left = [one for one in claims if one in oracle.claims]
        if slug.startswith(
            "korea"
        ):  # what is restricted to others now is not shown as it was before, nor what names it
            left = [one for one in left if oracle.open(one, slug) is not None]
            naming = {one.version for one in left if oracle.restricted.keys() & set(one.parsed.refs)}
            told = {raw for raw in told if version_of(parsed(raw)) not in naming}
            left = [one for one in left if one.version not in naming]
        assert {version_of(parsed(raw)) for raw in told} == {one.version for one in left}, f"{slug} on {at}"
    later = w.clock.now() + 6 * HOUR
    for slug in simulation.partners:
        told = everything_on(w, slug, later)
        releases = {
            claim.raw
            for claim in oracle.claims
            if verdict(claim.facts, slug, oracle.directory, later).effect is Effect.RELEASE
        }
        assert told <= releases


def everything_on(w: World, viewer: str, at: int) -> set[bytes]:
    """All that a viewer could see at a moment."""
    party, _, person = viewer.partition(":")
    asker = Viewer(party=w.parties[party].id, account=w.people[person] if person else None)
    eyes, query, cursor = w.store.visible(asker, on=at), Query(versions=("all",)), None
    found: set[bytes] = set()
    while True:
        page = eyes.page(query, 7, cursor)
        found |= set(objects(page))
        cursor = page.next
        if cursor is None:
            return found


@pytest.mark.parametrize("seed", range(30, 33))
def test_the_time_machine_shows_what_was(url: str, seed: int) -> None:
    with world(url, seed) as w:
        remembered(w, seed, 15)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(5_000, 5_000 + WORLDS))
def test_hundreds_of_worlds(url: str, seed: int) -> None:
    with world(url, seed) as w:
        if seed % 2:
            remembered(w, seed, 30)
        else:
            simulation = simulated(w, seed, 30)
            explained(simulation)
            counted(simulation)
            foreseen(simulation, seed)


def test_a_preview_that_leaves_something_out_is_found(url: str) -> None:
    """The comparison is worth something only if it fails when the preview is not what happens."""
    with world(url, 1) as w:
        simulation = simulated(w, 1, 18)
        with pytest.raises(AssertionError):
            outcome(
                simulation,
                w.row(Drafter(random.Random(1), _words(simulation)).draft("treaty", w.clock.now())).enacted,
                lambda: w.ceiling("estonia", Tlp.RED if w.parties["estonia"].tlp_max is not Tlp.RED else Tlp.CLEAR),
            )


def _words(simulation: Simulation) -> Words:
    return Words(list(simulation.oracle.parties.values()), COMMUNITIES, COLLECTIONS, TYPES, ["taxii"])
