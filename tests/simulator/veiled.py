"""A world of secrets: a garden's objects come in any order, again and again, under agreements that let them go in other forms;
after every step of the worker nothing is told that must not be, and when it rests everybody has what is due.
"""

import json
import random
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.policy.agreement.articles import (
    Agreement,
    AnyArticle,
    Attribution,
    Ceiling,
    Neighbours,
    Onward,
    Redact,
    Review,
    Scope,
    Selection,
    Signatory,
)
from comity.kernel.policy.profile import Profile, Rule
from comity.kernel.store.erasure.orders import Ground
from comity.kernel.store.erasure.orders import Selection as Erased
from comity.kernel.store.types import Query
from tests.simulator.atoms import atoms
from tests.simulator.forms import Forms, is_marked, is_revoked
from tests.simulator.oracle import Oracle
from tests.simulator.planting import COMPUTED, VERSIONS, Garden
from tests.simulator.world import SECOND, World, made_id, objects, parsed

PARTIES = {"korea": "KR", "estonia": "EE", "singapore": "SG", "energy": "KR"}
COLLECTIONS = ("open", "case")
HIDDEN: tuple[Literal["dangle", "stub", "strip", "withhold"], ...] = ("dangle", "stub", "strip", "withhold")
NAMES = ("accord", "pact")

PROFILES = (
    Profile("contacts", (Rule("drop", types=("identity",), properties=("contact_information", "description", "roles")),)),
    Profile("victims", (Rule("generalise", types=("identity",), to="sector-and-country"),)),
    Profile("names", (Rule("drop", properties=("name", "labels", "aliases", "authors")),)),
    Profile("sources", (Rule("drop", properties=("external_references",)),)),
    Profile("links", (Rule("drop", properties=("external_references.url", "external_references.external_id")),)),
    Profile("mail", (Rule("pseudonymise", observables=("email-addr",)), Rule("drop", properties=("display_name",)))),
    Profile("hosts", (Rule("pseudonymise", observables=("domain-name", "url")),)),
    Profile("networks", (Rule("generalise", observables=("ipv4-addr",), to="network"),)),
    Profile("times", (Rule("generalise", properties=("first_observed", "last_observed", "valid_from"), to="day"),)),
    Profile("no-accounts", (Rule("drop-object", types=("user-account", "location")),)),
    Profile("words", (Rule("drop", properties=("description", "content", "explanation", "body", "subject")),)),
)  # fmt: skip


def drafted(rnd: random.Random, name: str, parties: Sequence[str]) -> Agreement:
    """An agreement under which some things go otherwise than they are."""
    others = rnd.sample(list(parties), rnd.choice([1, 1, 2]))
    articles: list[AnyArticle] = [Ceiling(number=1, tlp="red", pap="red"), Onward(number=2, to="anybody")]
    if rnd.random() < 0.3:
        articles.append(Scope(number=3, covers=Selection(collections=(rnd.choice(COLLECTIONS),))))
    for number in range(4, 4 + rnd.choice([0, 1, 1, 2])):
        types = rnd.choice(
            [
                (),
                (),
                ("identity", "indicator"),
                ("note", "report", "email-addr"),
                ("user-account", "location", "malware"),
            ]
        )
        articles.append(Redact(number=number, when=Selection(types=types), profile=rnd.choice(PROFILES).name))
    if rnd.random() < 0.6:
        articles.append(Neighbours(number=8, hidden=rnd.choice(HIDDEN)))
    if rnd.random() < 0.15:
        types = rnd.choice([("note",), ("indicator", "malware")])
        articles.append(Review(number=7, when=Selection(types=types), approvers=("legal",)))
    if rnd.random() < 0.3:
        articles.append(Attribution(number=9, source="anonymous"))
    return Agreement(
        name=name,
        title=name.title(),
        signatories=tuple(Signatory(slug.title(), PARTIES[slug], party=slug) for slug in ("korea", *others)),
        articles=tuple(articles),
        profiles=PROFILES,
    )


class Veiled:
    """A world, its oracle, and what each party has been given so far."""

    def __init__(self, w: World, seed: int, size: int = 24) -> None:
        self.w = w
        self.random = random.Random(seed)
        self.garden = Garden(seed, size)
        self.oracle = Oracle(w.clock.now)
        self.polled: dict[str, dict[str, bytes]] = {}
        self.place: dict[str, Micros] = {}
        self.told: dict[str, set[str]] = {}
        w.clock.forward(3_600 * SECOND)
        for slug, jurisdiction in PARTIES.items():
            own = slug == "korea"
            ceiling = Tlp.RED if own else self.random.choice([Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER])
            w.party(slug, ceiling, own=own, jurisdiction=jurisdiction)
            identity = made_id("identity", slug)
            self.oracle.party(slug, ceiling, own=own, identity=identity, jurisdiction=jurisdiction)
            self.polled[slug], self.place[slug], self.told[slug] = {}, 0, set()
        for slug in COLLECTIONS:
            read = [party for party in PARTIES if slug == "open" or self.random.random() < 0.6]
            w.collection(slug, Tlp.GREEN, read=read)
            self.oracle.collection(slug, Tlp.GREEN, read)

    @property
    def partners(self) -> list[str]:
        """Every party but the one that runs the node."""
        return [slug for slug in PARTIES if slug != "korea"]

    # -- acts

    def act(self) -> None:
        """One at random; then the worker, step by step."""
        self.w.clock.forward(self.random.choice([1, 1_000, SECOND]))
        acts = [self.send] * 12 + [self.agree] * 3 + [self.end, self.ceiling, self.access, self.delete, self.delete]
        acts += [self.erase, self.recall, self.rotate]
        self.random.choice(acts)()
        self.settle()

    def send(self) -> None:
        """Some objects, versions and markings at random, often once more; mostly by us."""
        rnd = self.random
        numbers = [rnd.randrange(len(self.garden.plants)) for _ in range(rnd.randint(1, 8))]
        self.give(
            rnd.choice(["korea", "korea", "korea", "estonia"]),
            rnd.choice(COLLECTIONS),
            [self.grown(n) for n in numbers],
        )

    def grown(self, number: int) -> bytes:
        """An object as its source might send it."""
        rnd = self.random
        plant = self.garden.plants[number]
        more: dict[str, object] = {}
        if rnd.random() < 0.5:
            more["object_marking_refs"] = [TLP_IDS[rnd.choice([Tlp.CLEAR, Tlp.GREEN, Tlp.GREEN, Tlp.AMBER, Tlp.RED])]]
        version = 0
        if plant.type not in COMPUTED:
            version = rnd.randrange(VERSIONS)
            if rnd.random() < 0.3:
                more["created_by_ref"] = rnd.choice([made_id("identity", "korea"), *self._identities()])
            if rnd.random() < 0.2:
                made = self.garden.made(number, version)
                selectors = [
                    name for name in ("description", "name", "labels.[0]", "content") if name.split(".")[0] in made
                ]
                if selectors:
                    marking = TLP_IDS[rnd.choice([Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED])]
                    more["granular_markings"] = [{"marking_ref": marking, "selectors": [rnd.choice(selectors)]}]
        return self.garden.raw(number, version, **more)

    def _identities(self) -> list[str]:
        return [plant.id for plant in self.garden.plants if plant.type == "identity"]

    def give(self, source: str, collection: str, raws: Iterable[bytes]) -> None:
        """A batch."""
        batch = [parsed(raw) for raw in raws]
        self.w.store.commit(self.w.batch(source, collection, [one.raw for one in batch]))
        self.oracle.send(source, collection, batch)
        self.checked()

    def agree(self, agreement: Agreement | None = None) -> None:
        """A new agreement, or another version of one."""
        agreement = agreement or drafted(self.random, self.random.choice(NAMES), self.partners)
        self.w.clock.forward(1)
        self.oracle.enacted(self.w.enact(agreement).enacted)
        self.checked()

    def end(self) -> None:
        """Suspended, resumed or withdrawn."""
        held = self.oracle.directory.agreements
        if not held:
            return
        name = self.random.choice(sorted(held))
        agreements = self.w.store.agreements
        if held[name].withdrawn is not None:
            return
        if held[name].suspended is not None:
            row = agreements.resume(name, by="test")
        else:
            row = self.random.choice([agreements.suspend, agreements.withdraw])(name, by="test")
        self.oracle.enacted(row.enacted)
        self.checked()

    def ceiling(self) -> None:
        """Of a party, otherwise."""
        slug, tlp = self.random.choice(self.partners), self.random.choice([Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER, Tlp.RED])
        self.w.ceiling(slug, tlp)
        self.oracle.ceiling(slug, tlp)
        self.checked()

    def access(self) -> None:
        """To a collection, given or taken."""
        slug, read = self.random.choice(self.partners), self.random.random() < 0.6
        self.w.access("case", slug, read=read)
        self.oracle.access("case", slug, read=read)
        self.checked()

    def delete(self) -> None:
        """One object, by who gave it."""
        if not self.oracle.claims:
            return
        one = self.random.choice(self.oracle.claims)
        source, collection = self.w.parties[one.source], self.w.collections[one.collection]
        self.w.store.delete(source.id, collection.id, one.parsed.id, (), self.w.clock.now())
        self.oracle.delete(one.source, one.collection, one.parsed.id, ())
        self.checked()

    def erase(self) -> None:
        """One object, by order: whoever gave it, with all that was made of it."""
        if not self.oracle.claims:
            return
        object_id = self.random.choice(self.oracle.claims).parsed.id
        erasures = self.w.store.erasures
        made = erasures.order(Erased(object=object_id), Ground("an order"), for_good=False, by="test")
        erasures.run(made.id)
        self.oracle.erase(object_id)
        self.checked()

    def recall(self) -> None:
        """One object: from then on nobody gets it but our own people and who gave it."""
        if not self.oracle.claims:
            return
        object_id = self.random.choice(self.oracle.claims).parsed.id
        if object_id in self.oracle.restricted:
            return
        self.w.store.recalls.recall(object_id, reference="1", ground="a mistake", by="test")
        self.oracle.restrict(object_id, ["nobody in particular"])
        self.checked()

    def rotate(self) -> None:
        """A new key for a scope."""
        with_key = sorted(self.w.keys().keys() & set(NAMES))
        if with_key:
            self.w.store.twins.rotate(self.random.choice(with_key), by="test", account=None)
            self.checked()

    # -- the worker, and what may be told meanwhile

    def settle(self) -> None:
        """All that the worker has to do, by small steps, each looked at; then everything is compared."""
        self.w.tick()
        self.oracle.tick()
        while self.w.store.settle(self.random.choice([1, 3, 200])):
            self.checked()
        for _ in range(10_000):
            if not self.w.store.twins.step(self.random.choice([1, 2, 200])):
                break
            while self.w.store.settle():
                pass
            self.checked()
        else:
            raise AssertionError("the maker never rests")
        while self.w.store.index_text():
            pass
        self.compare()

    def forms(self) -> Forms:
        """The rules as of now."""
        return Forms(self.oracle, self.garden, self.w.keys())

    def checked(self) -> None:
        """Whatever the worker has done by now, less may be told, never more; what somebody has been told before it knows."""
        forms = self.forms()
        for slug in self.partners:
            told = self._told(self.w.everything(slug))
            more = told - forms.allowed(slug) - self.told[slug]
            assert not more, f"{slug} is told before the worker has rested: {self.where(more, slug)}"
            self.told[slug] |= told

    def _told(self, raws: Iterable[bytes]) -> set[str]:
        """Of all that is known here, what some objects tell."""
        return set().union(*map(atoms, raws)) & self.garden.known

    def where(self, marks: Iterable[str], slug: str) -> str:
        """What some atoms are, and in what a party reads them."""
        wanted = set(marks)
        lines = [str(self.garden.planted.get(mark) or mark) for mark in sorted(wanted)]
        lines += [raw.decode() for raw in self.w.everything(slug) if atoms(raw) & wanted]
        lines += [
            f"held: {c.source} {c.collection} {c.raw.decode()}" for c in self.oracle.claims if atoms(c.raw) & wanted
        ]
        return "\n".join(lines)

    # -- when it rests

    def compare(self) -> None:
        """Everybody has all that is due and nothing else; a poller has the same as who reads everything anew."""
        forms = self.forms()
        for slug in self.partners:
            shown = self.w.everything(slug)
            faults = list(forms.faults(slug, shown))
            assert not faults, "\n".join(faults[:5])
            more = self._told(shown) - forms.allowed(slug)
            assert not more, f"{slug} is told: {self.where(more, slug)}"
            self._poll(slug, shown)
        own = [json.loads(raw) for raw in self.w.everything("korea")]
        assert not any(is_marked(one) for one in own), "our own people are given what was made for others"

    def _poll(self, slug: str, shown: Sequence[bytes]) -> None:
        """On from where it was; ``modified`` of a twin only rises in what it is given."""
        query = Query(versions=("all",), added_after=self.place[slug] or None)
        eyes = self.w.eyes(slug)
        polled = self.polled[slug]
        cursor = None
        while True:
            page = eyes.page(query, 5, cursor)
            for raw in objects(page):
                held = json.loads(raw)
                before = json.loads(polled[held["id"]]) if held["id"] in polled else None
                if is_marked(held) and before is not None and "modified" in held and raw != polled[held["id"]]:
                    assert held["modified"] > before["modified"], f"{slug}: {before} then {held}"
                polled[held["id"]] = raw
            dates = eyes.manifest(query, 5, cursor)
            self.place[slug] = max([self.place[slug], *(one.added for one in dates.records)])
            cursor = page.next
            if cursor is None:
                break
        latest: dict[str, bytes] = {}
        for raw in shown:
            held = json.loads(raw)
            if is_marked(held):
                latest[held["id"]] = max(raw, latest.get(held["id"], raw), key=_modified)
        for object_id, raw in latest.items():
            assert polled.get(object_id) == raw, f"{slug} polled {polled.get(object_id)!r}, and {raw!r} stands"

    def current(self, slug: str) -> dict[str, bytes]:
        """What a party has when all is done, by id: of twins without their dates, of their last versions."""
        found: dict[str, bytes] = {}
        for raw in self.w.everything(slug, versions=("last",)):
            held = json.loads(raw)
            if is_marked(held):
                if is_revoked(held):
                    continue
                held.pop("created", None)
                held.pop("modified", None)
            content = msgspec.json.encode(held, order="sorted")
            found[held["id"]] = found.get(held["id"], b"") + content
        return found


def _modified(raw: bytes) -> str:
    return str(json.loads(raw).get("modified", ""))
