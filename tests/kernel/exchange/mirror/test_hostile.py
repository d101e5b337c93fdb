"""Servers that answer wrongly or mean no good: nothing is lost or taken in, it is said what was wrong, and it ends."""

import json
from datetime import timedelta

import pytest

from comity.kernel.base.errors import NodeError
from comity.kernel.exchange.fetch.errors import Away, Shut, TooMuch, Unreadable
from comity.kernel.exchange.mirror.pull import MOST_IDLE, Endless
from comity.kernel.store.mirrors import REFUSALS
from tests.kernel.exchange.mirror.servers import MEDIA, ByDate, Remote


class Says(Remote):
    """Answers what a test says."""

    def answer(self, query):
        return self.say(query)

    def say(self, query):
        raise LookupError


@pytest.fixture
def remote(world):
    with Says(world.now).serving() as served:
        yield served


def envelope(objects=(), **more):
    return 200, {}, json.dumps({"objects": list(objects), **more}).encode()


def fails(world, remote, say, kind, match):
    """One pull, which fails in this way; the reason is kept with the mirror."""
    remote.say = say
    kept = world.register(remote).mirror
    with pytest.raises(kind, match=match):
        world.pull(kept)
    mirror = world.store.mirrors.get(kept.id)
    assert mirror.errors >= 1
    assert mirror.pulling is issubclass(kind, Away)
    return mirror


@pytest.mark.parametrize(
    "media",
    ["text/html", "application/json", "application/taxii+json;version=2.0", "application/stix+json;version=2.1", ""],
)
def test_wrong_content_types(world, remote, media):
    fails(world, remote, lambda _: (200, {"Content-Type": media}, b'{"objects":[]}'), Unreadable, "Content-Type")


@pytest.mark.parametrize(
    "media", [MEDIA, "application/taxii+json", "Application/TAXII+JSON; version=2.1; charset=utf-8"]
)
def test_content_types_of_taxii(world, remote, media):
    remote.say = lambda _: (200, {"Content-Type": media}, b"{}")
    assert world.pull(world.register(remote).mirror).pages == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"<html>",
        b'{"objects":',
        b'{"objects":{}}',
        b'{"objects":[1,]}',
        b'{"objects":[],"objects":[]}',
        b'{"more":"yes"}',
        b'{"more":true,"next":5}',
        b'{"objects":[],"x":1}',
        b"\xff\xfe{}",
        b'{"type":"bundle"}',
        b'{"objects":[' + b"[" * 100000 + b"]}",
        b'{"more":true,"next":"' + b"n" * 5000 + b'","objects":[{}]}',
    ],
)
def test_bodies_that_are_no_envelope(world, remote, body):
    fails(world, remote, lambda _: (200, {}, body), Unreadable, "envelope|next is too long")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_server_that_will_not(world, remote, status):
    fails(world, remote, lambda _: (status, {}, b"{}"), Shut, str(status))


@pytest.mark.parametrize("status", [204, 206, 400, 406, 418])
def test_statuses_that_are_no_answer(world, remote, status):
    fails(world, remote, lambda _: (status, {}, b""), Unreadable, str(status))


@pytest.mark.parametrize(
    ("value", "least"), [("7", 7), ("Thu, 01 Jan 1970 00:00:00 GMT", 3), ("soon", 3), ("999999999", 86_399)]
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_to_be_left_alone_is(world, remote, status, value, least):
    asked = []

    def say(_):
        asked.append(world.clock.now())
        return status, {"Retry-After": value}, b"{}"

    fails(world, remote, say, Away, str(status))
    waits = [seconds for seconds in world.slept if seconds >= 1]
    if least > 60:
        assert waits == []  # nobody waits that long at a terminal; the worker does
        mirror = world.store.mirrors.all()[0]
        assert mirror.not_before - world.clock.now() == 86_400_000_000
    else:
        assert waits[0] >= least
        assert len(asked) == 5


def test_more_without_end(world, remote):
    remote.say = lambda query: envelope([world.cast.indicator()], more=True, next=str(int(query.get("next", "0")) + 1))
    world.settings = type(world.settings)(private=True, objects=300)
    kept = world.register(remote).mirror
    with pytest.raises(Endless, match="more than one may"):
        world.pull(kept)
    assert world.store.mirrors.get(kept.id).new == 301


def test_pages_that_go_round(world, remote):
    one, two = world.notes(2)

    def say(query):
        turned = query.get("next") == "a"
        return envelope([two if turned else one], more=True, next="b" if turned else "a")

    fails(world, remote, say, Endless, "nothing new")
    assert len(remote.asked) <= MOST_IDLE + 5
    assert len(world.held()) == 2


def test_the_same_page_for_ever(world, remote):
    one = world.cast.indicator()
    fails(world, remote, lambda _: envelope([one], more=True, next="a"), Endless, "same again")
    assert len(remote.asked) == 2


def test_bodies_that_are_too_large_are_asked_for_in_smaller_pieces(world, remote):
    """A page over the bound is asked for with a smaller limit, down to one object."""
    sent = world.notes(40, description="x" * 500)
    world.settings = type(world.settings)(private=True, bytes=20_000)

    def say(query):
        at, limit = int(query.get("next", "0")), int(query["limit"])
        return envelope(sent[at : at + limit], more=at + limit < len(sent), next=str(at + limit))

    remote.say = say
    assert world.pull(world.register(remote).mirror).new == 40
    assert [query["limit"] for query in remote.asked[:3]] == ["1000", "250", "62"]
    fails(world, remote, lambda _: envelope(sent), TooMuch, "more than 20000 bytes")


def test_what_is_not_valid_is_refused_counted_and_told_once(world, remote):
    good = world.notes(3)
    bad = [{**good[0], "id": "not-an-id"}, {"type": "indicator"}, 5, {**good[1], "modified": "yesterday"}]
    remote.say = lambda _: envelope([good[0], bad[0], good[1], *bad[1:], good[2]])
    kept = world.register(remote).mirror
    tally = world.pull(kept)
    assert (tally.seen, tally.new, tally.refused) == (7, 3, 4)
    for _ in range(2):
        mirror = world.store.mirrors.get(kept.id)
        assert (mirror.refused, mirror.new) == (4, 3)
        told = world.store.mirrors.refusals(kept.id)
        assert len(told) == 4
        assert all(each.reason for each in told)
        assert any("modified" in each.reason and each.object == good[1]["id"] for each in told)
        world.pull(kept)


def test_a_flood_of_refusals_is_counted_and_bounded(world, remote):
    remote.say = lambda _: envelope([{"type": "x", "n": number} for number in range(REFUSALS + 200)])
    kept = world.register(remote).mirror
    world.pull(kept)
    assert world.store.mirrors.get(kept.id).refused == REFUSALS + 200
    assert len(world.store.mirrors.refusals(kept.id, 10_000)) == REFUSALS


def test_more_objects_than_were_asked_for_are_taken_in_pieces(world, remote):
    sent = world.notes(2300)
    remote.say = lambda _: envelope(sent)
    assert world.pull(world.register(remote).mirror).new == 2300
    assert len({one["id"] for one in world.held()}) == 2300


def test_what_comes_is_the_claim_of_whoever_is_asked(world, remote):
    """Whatever an object says of its creator: the server's party is the source, and the leaf says by which way it came."""
    remote.say = lambda _: envelope(
        [world.cast.indicator(created_by_ref="identity--00000000-0000-4000-8000-000000000001")]
    )
    kept = world.register(remote)
    world.pull(kept.mirror)
    assert world.cast.scalar("SELECT source FROM claim") == kept.party.id
    assert kept.party.slug.startswith("127-0-0-1")


def test_the_secret_is_nowhere_to_be_read(world, remote, capsys):
    remote.authorization = "Bearer hunter2hunter2"
    remote.say = lambda _: (403, {}, b'{"title":"hunter2hunter2"}')
    mirror = fails(world, remote, remote.say, Shut, "403")
    assert mirror.secret is not None
    assert b"hunter2" not in mirror.secret
    assert "hunter2" not in mirror.reason
    shown = capsys.readouterr()
    assert "hunter2" not in shown.out + shown.err
    remote.authorization = "Bearer another"
    with pytest.raises(Shut, match="401"):
        world.pull(mirror)


def test_objects_under_one_date_at_the_border_of_a_page(world):
    with ByDate(world.now.replace(microsecond=500)).serving() as remote:
        sent = world.notes(120)
        for place, one in enumerate(sent):
            remote.rows.append((remote.now + timedelta(milliseconds=place // 30), one))
        assert world.pull(world.register(remote).mirror).new == 120


def test_a_server_that_is_gone(world):
    with Says(world.now).serving() as remote:
        kept = world.register(remote).mirror
    with pytest.raises(NodeError, match="does not answer"):
        world.pull(kept)
    mirror = world.store.mirrors.get(kept.id)
    assert mirror.pulling
    assert mirror.errors == 5
