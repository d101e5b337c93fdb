"""A random world, acted on and compared: everything that may happen to a store, and what every viewer must see of it then."""

import json
import random
from collections.abc import Sequence

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.markings import Tlp
from comity.kernel.store.database import Sql
from comity.kernel.store.types import Channel, Query, VersionFilter
from tests.simulator.agreeing import Drafter, Words
from tests.simulator.facts import PAP_ORDER
from tests.simulator.forms import Forms, is_marked
from tests.simulator.law import dates, verdict
from tests.simulator.oracle import Line, Oracle, Version, raws
from tests.simulator.world import (
    HOUR,
    SECOND,
    START,
    World,
    address,
    address_id,
    handling,
    iep,
    made_id,
    note,
    objects,
    pap,
    parsed,
    statement,
)

PARTIES = {"korea": "KR", "estonia": "EE", "energy": "KR", "singapore": "SG"}
PEOPLE = ("kim", "lee", "park")
LATE = "singapore"
COLLECTIONS = ("case", "sector", "open")
COMMUNITIES = ("first", "watch")
CHANNELS = (Channel.TAXII, Channel.FILE)
TYPES = ("note", "ipv4-addr", "marking-definition")
AGREEMENTS = ("treaty", "pact", "accord")
NOBODY_SENDS = made_id("marking-definition", "nobody sends this")
_AT = Sql("SELECT at FROM counter")


def markings(rnd: random.Random, now: Micros) -> dict[str, bytes]:
    """The markings of a world that are not TLP, by id: of every kind that policy knows, and one that it does not."""
    named = [made_id("identity", slug) for slug in PARTIES]
    named += ["jurisdiction:EE", "jurisdiction:KR", *(f"community:{slug}" for slug in COMMUNITIES)]
    moments = [now + step * HOUR for step in (-1, 1, 2, 4, 8)]

    def some(most: int = 3) -> list[str]:
        return rnd.sample(named, rnd.randint(0 if rnd.random() < 0.1 else 1, most))

    made = [
        statement("for members"),
        statement("for partners", by=made_id("identity", "estonia")),
        *(pap(word) for word in PAP_ORDER),
        iep("policy", rnd.choice(["white", "green", "amber"]), *_period(rnd, moments)),
        handling("to", releasable_to=some()),
        handling("not to", not_releasable_to=some(2)),
        handling("recipients", recipients=some()),
        handling("orcon", originator_control=True, recipients=some()),
        handling("purposes", purposes=rnd.sample(["network-defence", "incident-response", "research"], 2)),
        handling("embargo", not_before=_text(rnd.choice(moments))),
        handling("resides", resides_in=rnd.sample(["KR", "EE", "SG"], 2)),
        handling("case", case="case-1"),
        handling("exercise", exercise="drill-1"),
        handling("both", releasable_to=some(), not_before=_text(rnd.choice(moments))),
        handling("unknown", say="nothing"),
    ]
    return {msgspec.json.decode(raw)["id"]: raw for raw in made}


def _period(rnd: random.Random, moments: Sequence[Micros]) -> tuple[Micros | None, Micros | None]:
    since, until = sorted(rnd.sample(moments, 2))
    return rnd.choice([(since, until), (None, until), (since, None)])


def _text(moment: Micros) -> str:
    decoded = msgspec.json.decode(iep("any", until=moment))
    (extension,) = decoded["extensions"].values()
    return str(extension["end_date"])


class Simulation:
    """One random world, acted on and compared. ``agreeing``: whether anybody agrees on anything in it."""

    def __init__(self, w: World, seed: int, *, agreeing: bool = True) -> None:
        self.w = w
        self.oracle = Oracle(w.clock.now)
        self.random = random.Random(seed)
        self.ends: list[Micros] = [0]
        self.known: dict[str, dict[bytes, Micros]] = {}
        self.seen: dict[str, set[Version]] = {}
        self.agreeing = agreeing
        w.clock.forward(3600 * SECOND)  # no arrival is dated like a version
        self.markings = markings(self.random, w.clock.now()) if agreeing else {}
        self._party("korea", Tlp.RED, own=True)
        for name in PEOPLE:
            w.person(name)
            self.known[f"korea:{name}"] = {}
        for slug in COMMUNITIES:
            w.community(slug)
        for slug in list(PARTIES)[1:3]:
            self._party(slug, self.random.choice(list(Tlp)))
        for slug in COLLECTIONS:
            self._collection(slug)

    @property
    def viewers(self) -> list[str]:
        """Every party, and every person of the one that runs the node."""
        return [*self.w.parties, *(f"korea:{name}" for name in PEOPLE)]

    @property
    def partners(self) -> list[str]:
        """Every party but the one that runs the node."""
        return list(self.w.parties)[1:]

    # -- acts

    def _party(self, slug: str, ceiling: Tlp, *, own: bool = False) -> None:
        self.w.party(slug, ceiling, own=own, jurisdiction=PARTIES[slug])
        self.oracle.party(slug, ceiling, own=own, identity=made_id("identity", slug), jurisdiction=PARTIES[slug])
        self.known[slug] = {}
        self._ended()

    def _collection(self, slug: str) -> None:
        tlp = self.random.choice([Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER])
        read = [party for party in self.w.parties if self.random.random() < 0.7]
        self.w.collection(slug, tlp, read=read)
        self.oracle.collection(slug, tlp, read)
        self._ended()

    def act(self) -> None:
        """One act at random. Often the clock stands still; what is due by then is done before anything else."""
        self.w.clock.forward(self.random.choice([0, 0, 1, 3, 1000, SECOND]))
        self._tick()
        acts = [self._send] * 12 + [self._change_ceiling, self._change_access] * 2 + [self._delete] * 2 + [self._arrive]
        acts += [self._restrict] * 4 + [self._lift] * 2
        if self.agreeing:
            acts += [self._agree] * 6 + [self._end] * 2 + [self._join] * 2 + [self._client] + [self._wait] * 4
            acts += [self._define] * 4
        self.random.choice(acts)()
        self._ended()

    def _ended(self) -> None:
        """Where the store's clock stands after the oracle's last act."""
        with self.w.store._database.snapshot() as reader:
            at = reader.value(_AT)
        while len(self.ends) <= self.oracle.act:
            self.ends.append(at)

    def _tick(self) -> None:
        """The worker does what is due."""
        self.w.tick()
        self.oracle.tick()
        self._ended()

    def _wait(self) -> None:
        """Until a date comes that matters, or right before it. What closes closes then, whether or not anybody works."""
        moments = {moment for claim in self.oracle.claims for moment in dates(self.oracle.directory, claim.facts)}
        later = sorted(moment for moment in moments if moment > self.w.clock.now())
        if not later:
            return
        moment = self.random.choice(later[:3])
        for at in self.random.choice([(moment - 1,), (moment,), (moment - 1, moment)]):
            self.w.clock.at = at
            self._unsettled()
        if self.random.random() < 0.4:
            self._send()
            self._ended()
        self._tick()

    def _agree(self) -> None:
        """A new agreement, or another version of one."""
        words = Words(
            list(self.oracle.parties.values()), COMMUNITIES, COLLECTIONS, TYPES, [str(one) for one in CHANNELS]
        )
        drafter = Drafter(self.random, words)
        agreement = drafter.draft(self.random.choice(AGREEMENTS), self.w.clock.now())
        self.w.clock.forward(1)
        self._tick()
        row = self.w.enact(agreement)
        self.oracle.enacted(row.enacted)

    def _end(self) -> None:
        """Suspended, resumed, withdrawn: an agreement."""
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
            row = self.random.choice([agreements.suspend, agreements.suspend, agreements.withdraw])(name, by="test")
        self.oracle.enacted(row.enacted)

    def _join(self) -> None:
        community, slug = self.random.choice(COMMUNITIES), self.random.choice(self.partners)
        there = community not in self.oracle.parties[slug].communities
        self.w.member(community, slug, there=there)
        self.oracle.member(community, slug, there=there)

    def _client(self) -> None:
        slug = self.random.choice(self.partners)
        patron = self.random.choice([None, *(other for other in self.w.parties if other != slug)])
        self.w.client(slug, patron)
        self.oracle.client(slug, patron)

    def _define(self) -> None:
        """Somebody sends some definitions of markings."""
        raw = self.random.sample(sorted(self.markings.values()), self.random.randint(1, 6))
        self._give(self.random.choice(list(self.w.parties)), raw)

    def _send(self) -> None:
        source = self.random.choice(list(self.w.parties))
        self._give(source, [self._object(source) for _ in range(self.random.randint(1, 6))])

    def _give(self, source: str, given: Sequence[bytes]) -> None:
        collection = self.random.choice(COLLECTIONS)
        channel = self.random.choice(CHANNELS) if self.agreeing else Channel.TAXII
        batch = [parsed(raw) for raw in given]
        outcome = self.w.store.commit(self.w.batch(source, collection, [one.raw for one in batch], channel))
        assert [str(kept) for kept in outcome.kept] == self.oracle.send(source, collection, batch, str(channel))
        self._unsettled()
        self.w.settle()

    def _restrict(self) -> None:
        """To some people; often something else comes before the worker has labelled anything anew."""
        ids = sorted({claim.parsed.id for claim in self.oracle.claims})
        if not ids:
            return
        people = self.random.sample(PEOPLE, self.random.randint(1, 2))
        self._narrow(self.random.choice(ids), people)

    def _lift(self) -> None:
        if self.oracle.restricted:
            self._narrow(self.random.choice(sorted(self.oracle.restricted)), ())

    def _narrow(self, object_id: str, people: Sequence[str]) -> None:
        self.w.restrict(object_id, *people)
        self.oracle.restrict(object_id, people)
        self._unsettled()
        if self.random.random() < 0.3:
            self._ended()
            self._send()
            self.oracle.labelled(object_id)
        while self.w.store.settle(self.random.choice([1, 2, 200])):
            self._unsettled()

    def _unsettled(self) -> None:
        """Before the worker has done what it must, less may be seen, never more."""
        forms = self.forms()
        for slug in self.viewers:
            shown = {raw for raw in self.w.everything(slug) if not is_marked(json.loads(raw))}
            passes = forms.passes(slug)
            assert shown <= set(raws(self.oracle.feed(slug))) | {claim.raw for claim in passes}
            for claim in self.oracle.claims[-3:]:
                held = {
                    (one.source_slug, one.collection_slug, one.raw) for one in self.w.eyes(slug).held(claim.parsed.id)
                }
                may = {(one.source, one.collection, one.raw) for one in passes}
                assert held <= self.oracle.held(slug, claim.parsed.id) | may

    def _object(self, source: str) -> bytes:
        rnd = self.random
        tlp = rnd.choice([None, None, *Tlp])
        if rnd.random() < 0.3:
            return address(rnd.randint(1, 4), tlp=tlp)
        refs = [address_id(rnd.randint(1, 5)) for _ in range(rnd.choice([0, 0, 1, 1, 2]))]
        refs += [made_id("note", f"n{rnd.randint(1, 8)}") for _ in range(rnd.randint(0, 1))]
        number = rnd.randint(1, 8)
        # Who joins late speaks for what was relayed before from its first version on, which names it as creator.
        creators = [None, made_id("identity", source), made_id("identity", rnd.choice(list(PARTIES)))]
        marked = [NOBODY_SENDS] if rnd.random() < 0.05 else []
        if self.markings and rnd.random() < 0.5:
            marked += rnd.sample(sorted(self.markings), rnd.choice([1, 1, 1, 2]))
        raw = note(
            f"n{number}",
            at=START + rnd.choice([0, 0, 1, 2, 5]) * SECOND,
            content=f"w{number} {rnd.choice(['alpha', 'beta'])}",
            by=made_id("identity", source) if source == LATE else rnd.choice(creators),
            tlp=tlp,
            refs=list(dict.fromkeys(refs)),
            markings=marked,
            granular=rnd.choice([None, None, None, *Tlp]),
            revoked=self.agreeing and rnd.random() < 0.1,
        )
        if rnd.random() < 0.1:  # the same content in other bytes
            decoded = msgspec.json.decode(raw)
            raw = msgspec.json.encode(dict(reversed(decoded.items())))
        return raw

    def _change_ceiling(self) -> None:
        slug, tlp = self.random.choice(self.partners), self.random.choice(list(Tlp))
        self.w.ceiling(slug, tlp)
        self.oracle.ceiling(slug, tlp)

    def _change_access(self) -> None:
        slug, collection = self.random.choice(self.partners), self.random.choice(COLLECTIONS)
        read = self.random.random() < 0.6
        self.w.access(collection, slug, read=read)
        self.oracle.access(collection, slug, read=read)

    def _delete(self) -> None:
        mine = self.random.choice(self.oracle.claims) if self.oracle.claims else None
        if mine is None:
            return
        versions: tuple[VersionFilter, ...] = self.random.choice([(), ("last",), ("first",), ("all",), (START,)])
        if mine.version[1] is None:
            versions = ()
        source, collection = self.w.parties[mine.source], self.w.collections[mine.collection]
        gone = self.w.store.delete(source.id, collection.id, mine.parsed.id, versions, self.w.clock.now())
        assert gone == self.oracle.delete(mine.source, mine.collection, mine.parsed.id, versions)
        self._unsettled()
        self.w.settle()

    def _arrive(self) -> None:
        missing = [slug for slug in PARTIES if slug not in self.w.parties]
        if missing:
            self._party(missing[0], self.random.choice(list(Tlp)))

    # -- comparing

    def forms(self) -> Forms:
        """What goes otherwise than it is, as of now."""
        return Forms(self.oracle, None, self.w.keys())

    def compare(self) -> None:
        """Every viewer, by every way of asking the store, when the worker rests."""
        self.w.settle()
        forms = self.forms()
        for slug in self.viewers:
            self._compare_feed(slug, forms)
            self._compare_filters(slug, forms)
            self._compare_single(slug, forms)
        self.compare_arrivals()

    def _compare_feed(self, slug: str, forms: Forms) -> None:
        everything = self._dated(slug, self.random.choice([2, 5, 1000]))
        if slug in self.partners:
            faults = list(forms.faults(slug, [raw for raw, _ in everything]))
            assert not faults, "\n".join(faults)
        dates = [date for _, date in everything]
        assert dates == sorted(set(dates)), "dates are not unique or do not rise"
        passing = {claim.raw for claim in forms.passes(slug)}
        wanted = {line.raw: line for line in self.oracle.feed(slug) if line.raw not in passing}
        found = [(raw, at) for raw, at in everything if raw not in passing and not is_marked(json.loads(raw))]
        shown = [raw for raw, _ in found]
        assert len(shown) == len(set(shown)), "an object twice"
        assert set(shown) == set(wanted), self.why(slug, set(shown) ^ set(wanted))
        for raw, date in found:
            self._check_date(slug, wanted[raw], date)
        lines = list(wanted.values())
        before, served = self.seen.get(slug, set()), max(self.known[slug].values(), default=0)
        for line in lines:
            assert line.version in before or dict(found)[line.raw] > served, "opened before the viewer's own place"
        self.seen[slug] = {line.version for line in lines}
        fixed = [raw for raw in shown if not wanted[raw].moved]
        assert fixed == [raw for raw in wanted if raw in set(fixed)], "order"
        self.known[slug] = dict(everything)

    def why(self, slug: str, differing: set[bytes]) -> str:
        """What the rules say of some bytes, for whoever reads that a comparison failed."""
        party = slug.partition(":")[0]
        told = [f"{slug}: {len(differing)} differ"]
        for claim in self.oracle.claims:
            if claim.raw in differing:
                said = verdict(claim.facts, party, self.oracle.directory, self.w.clock.now())
                told.append(f"{claim.raw.decode()} by {claim.source}: {said}; {claim.facts}")
        return "\n".join(told)

    def _check_date(self, slug: str, line: Line, date: Micros) -> None:
        assert self.ends[line.earliest - 1] < date <= self.ends[line.latest], "dated outside its acts"
        if line.raw not in self.known[slug]:
            return
        if not line.moved and line.latest < self.oracle.act:
            before = self.known[slug][line.raw]
            assert date >= before, "a date went back"

    def _dated(self, slug: str, limit: int) -> list[tuple[bytes, Micros]]:
        """A whole feed with the date of each line: from pages of one kind, and manifest lines of the same."""
        query = Query(versions=("all",))
        shown = [raw for page in self.w.pages(slug, query, limit) for raw in objects(page)]
        dates: list[Micros] = []
        ids: list[str] = []
        cursor = None
        while True:
            records = self.w.eyes(slug).manifest(query, limit, cursor)
            dates += [record.added for record in records.records]
            ids += [record.id for record in records.records]
            cursor = records.next
            if cursor is None:
                break
        assert [msgspec.json.decode(raw)["id"] for raw in shown] == ids
        return list(zip(shown, dates, strict=True))

    def _compare_filters(self, slug: str, forms: Forms) -> None:
        rnd = self.random
        versions: tuple[VersionFilter, ...] = rnd.choice(
            [(), ("last",), ("first",), ("first", "last"), (START,), (START + SECOND, "last")]
        )
        collection = rnd.choice([None, *COLLECTIONS])
        types = rnd.choice([(), ("note",), ("ipv4-addr",), ("ipv4-addr", "note"), ("malware",)])
        ids = rnd.choice(
            [(), (), (made_id("note", "n1"), address_id(1)), (made_id("note", "n2"),), (made_id("note", "none"),)]
        )
        number = self.w.collections[collection].id if collection else None
        query = Query(collection=number, types=types, versions=versions, ids=ids)
        wanted = list(raws(self.oracle.feed(slug, versions or ("last",), collection, types, ids)))
        found = [raw for page in self.w.pages(slug, query, rnd.choice([3, 1000])) for raw in objects(page)]
        if forms.passes(slug):
            assert set(found) <= set(self.known[slug])
            return
        found = [raw for raw in found if not is_marked(json.loads(raw))]
        assert sorted(found) == sorted(wanted), query
        after = rnd.choice(list(self.known[slug].values()) or [0])
        later = msgspec.structs.replace(query, added_after=after)
        page = [raw for raw in objects(self.w.eyes(slug).page(later, 1000)) if not is_marked(json.loads(raw))]
        dates = self.known[slug]
        if collection is None and not types and not ids and versions in ((), ("last",)):
            assert sorted(page) == sorted(raw for raw in wanted if dates[raw] > after)
        else:
            assert set(page) <= set(wanted)

    def _compare_single(self, slug: str, forms: Forms) -> None:
        may = {(one.source, one.collection, one.raw) for one in forms.passes(slug)}
        eyes = self.w.eyes(slug)
        for object_id in (made_id("note", f"n{self.random.randint(1, 8)}"), address_id(self.random.randint(1, 5))):
            held = eyes.held(object_id)
            found = {(one.source_slug, one.collection_slug, one.raw) for one in held}
            assert self.oracle.held(slug, object_id) <= found <= self.oracle.held(slug, object_id) | may
            assert len(found) == len(held) or may
            graph = eyes.walk(object_id, depth=2)
            visible = {msgspec.json.decode(raw)["id"] for raw in self.known[slug]}
            assert {node.id for node in graph.nodes} <= visible
            assert bool(graph.nodes) == (object_id in visible)
        number = self.random.randint(1, 8)
        hits = {one.raw for one in eyes.search(f"w{number}").hits}
        shown = set(raws(self.oracle.feed(slug, ("last",), ids=(made_id("note", f"n{number}"),))))
        assert hits <= set(self.known[slug])
        if not may:
            hits = {raw for raw in hits if not is_marked(json.loads(raw))}
            assert hits <= shown
            assert bool(hits) == bool(shown)
        observed = {one.id for one in eyes.search(f"192.0.2.{number}").hits}
        assert {one for one in visible if one == address_id(number)} <= observed <= visible
        assert {one.raw for one in eyes.recent(1000)} <= set(self.known[slug])

    def compare_arrivals(self) -> None:
        """Counts of what is seen for the own party's people, none for the others: a count can tell of what is hidden."""
        for slug in self.viewers:
            counted: dict[tuple[str, str], int] = {}
            for claim in self.oracle.claims:
                if slug.startswith("korea") and self.oracle.open(claim, slug) is not None:
                    key = (claim.source, claim.collection)
                    counted[key] = counted.get(key, 0) + 1
            arrivals = self.w.eyes(slug).arrivals()
            assert {(one.source_slug, one.collection_slug): one.claims for one in arrivals} == counted
