"""Twins are the same whatever order things come in, and however often: the same ids, the same content. Two agreements' pseudonyms
share nothing.
"""

import json
import os
import random
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.policy.agreement.articles import Agreement, Ceiling, Neighbours, Onward, Redact, Selection, Signatory
from comity.kernel.policy.profile import Profile, Rule
from tests.simulator.atoms import atoms
from tests.simulator.forms import is_marked
from tests.simulator.planting import COMPUTED, Garden, uuid_of
from tests.simulator.test_secrets import databases
from tests.simulator.veiled import PARTIES, PROFILES, Veiled, drafted
from tests.simulator.world import SECOND, world

ORDERS = int(os.environ.get("COMITY_ORDERS", "200"))
"""How many pairs of orders in ``make soak``, over both databases."""


def script(seed: int) -> tuple[list[Agreement], list[tuple[str, str, bytes]]]:
    """What happens in any order: agreements, and objects with their sources and collections."""
    rnd = random.Random(f"{seed} script")
    partners = [slug for slug in PARTIES if slug != "korea"]
    agreements = [drafted(rnd, name, partners) for name in ("accord", "pact")]
    garden = Garden(seed, 24)
    given = []
    for plant in garden.plants:
        source, collection = rnd.choice(["korea", "korea", "estonia"]), rnd.choice(["open", "case"])
        for version in sorted(rnd.sample(range(4), 1 if plant.type in COMPUTED else rnd.choice([1, 1, 2]))):
            marked = {"object_marking_refs": [TLP_IDS[rnd.choice([Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER])]]}
            given.append((source, collection, garden.raw(plant.number, version, **marked)))
    return agreements, given


def played(url: str, seed: int, order: int) -> tuple[dict[str, dict[str, bytes]], dict[str, dict[str, str]]]:
    """What everybody has in the end, and under which ids their twins stand, of one order and one way of repeating."""
    agreements, given = script(seed)
    rnd = random.Random(f"{seed} {order}")
    with world(url, seed) as w:
        veiled = Veiled(w, seed)
        w.store.twins._keys.ensure([agreement.name for agreement in agreements])
        acts: list[Callable[[], object]] = [partial(veiled.agree, one) for one in agreements]
        repeated = [*given, *rnd.sample(given, rnd.randint(0, len(given) // 2))]
        rnd.shuffle(repeated)
        while repeated:
            count = rnd.randint(1, 6)
            batch, repeated = repeated[:count], repeated[count:]
            for source, collection in sorted({one[:2] for one in batch}):
                raws = [raw for *where, raw in batch if tuple(where) == (source, collection)]
                acts.append(partial(veiled.give, source, collection, raws))
        rnd.shuffle(acts)
        for act in acts:
            w.clock.forward(SECOND)
            act()
            if rnd.random() < 0.7:
                veiled.settle()
        veiled.settle()
        forms = veiled.forms()
        ids = {
            slug: {name: forms.pseudonym(those[0][1].scope, name) for name, those in forms.asked(slug).items()}
            for slug in veiled.partners
        }
        return {slug: veiled.current(slug) for slug in veiled.partners}, ids


def same(fresh: Callable[[], str], seed: int, orders: int = 2) -> None:
    """Every order gives everybody the same."""
    first, ids = played(fresh(), seed, 0)
    for order in range(1, orders):
        again, other = played(fresh(), seed, order)
        assert other == ids
        for slug, wanted in first.items():
            assert again[slug].keys() == wanted.keys(), f"world {seed}, order {order}: {slug}"
            for object_id, content in wanted.items():
                assert again[slug][object_id] == content, f"world {seed}, order {order}: {slug}"


@pytest.mark.parametrize("seed", range(1))
def test_any_order_gives_the_same_twins(request: pytest.FixtureRequest, url: str, tmp_path: Path, seed: int) -> None:
    same(databases(request, url, tmp_path), seed)


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("chunk", range(10))
def test_hundreds_of_orders(request: pytest.FixtureRequest, url: str, tmp_path: Path, chunk: int) -> None:
    """COMITY_ORDERS says how many worlds."""
    fresh = databases(request, url, tmp_path)
    for seed in range(20_000 + chunk, 20_000 + ORDERS // 2, 10):
        same(fresh, seed, 4)


TOKEN = re.compile(r"p-[a-z0-9]{10,}|\b(?:24\d|25[0-5])\.\d+\.\d+\.\d+\b")


def test_two_agreements_share_no_pseudonym(url: str) -> None:
    """The same objects under two agreements, with two partners and with one: no id and no token of a value in both."""
    everything = Profile(
        "all", (Rule("pseudonymise", observables=("email-addr", "domain-name", "url", "ipv4-addr", "user-account")),)
    )
    with world(url, 8) as w:
        veiled = Veiled(w, 8, 40)
        for name, slug, collection in (
            ("accord", "estonia", ""),
            ("pact", "singapore", ""),
            ("treaty", "energy", "open"),
            ("union", "energy", "case"),
        ):
            when = Selection(collections=(collection,)) if collection else Selection()
            veiled.agree(
                Agreement(
                    name=name,
                    title=name,
                    signatories=(Signatory("Korea", "KR", party="korea"), Signatory(slug, PARTIES[slug], party=slug)),
                    articles=(
                        Ceiling(number=1, tlp="amber", pap="red"),
                        Onward(number=2, to="anybody"),
                        Redact(number=3, when=when, profile="all"),
                        Neighbours(number=4, hidden="dangle"),
                    ),
                    profiles=(everything, *PROFILES),
                )
            )
        for slug in veiled.partners:
            w.access("case", slug, read=True)
            veiled.oracle.access("case", slug, read=True)
        for collection in ("open", "case"):
            veiled.give("korea", collection, [veiled.garden.raw(one.number) for one in veiled.garden.plants])
        veiled.settle()
        tokens: dict[str, set[str]] = {}
        forms = veiled.forms()
        scopes = {forms.pseudonym(scope, one): scope for scope in forms.keys for one in veiled.garden.by_id}
        for slug in veiled.partners:
            for raw in w.everything(slug):
                held = json.loads(raw)
                if is_marked(held):
                    scope = scopes[held["id"]]
                    told = {uuid_of(other) for other, of in scopes.items() if of != scope} & atoms(raw)
                    assert not told, f"{scope} names another's pseudonym"
                    tokens.setdefault(scope, set()).update(TOKEN.findall(raw.decode()))
        assert len(tokens) >= 3
        assert all(tokens.values())
        names = sorted(tokens)
        for place, one in enumerate(names):
            for other in names[place + 1 :]:
                assert not tokens[one] & tokens[other]
