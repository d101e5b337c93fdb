"""What a mirror is agreed to be: whose claims, which collection, with which credentials, how often."""

import pytest

from comity.kernel.base.errors import Conflict, Corrupt, Invalid, Refused
from comity.kernel.exchange.mirror.registering import authorization_of, register
from comity.kernel.exchange.mirror.target import authorization, read_target, slug_of
from comity.kernel.objects.markings import Tlp
from comity.kernel.store.mirrors import KIND

URL = "https://taxii.cert.example/root/collections/5a6a3f3e-2a52-4b1c-9f0a-6b1de1e3c7aa/"


def keep(world, url=URL, **more):
    return register(world.store, world.directory, world.clock, url, world.cast.collections["main"], **more)


@pytest.mark.parametrize("end", ["", "/", "/objects", "/objects/", "/manifest/", "/objects/#top"])
def test_a_collection_by_its_url(end):
    assert read_target(URL.rstrip("/") + end).url == URL


@pytest.mark.parametrize(
    "url",
    ["https://x.example/", "https://x.example/taxii2/", "https://x.example/collections/", URL + "?x=1", URL + "x/"],
)
def test_what_is_no_collection_is_refused(url):
    with pytest.raises(Invalid):
        read_target(url)


def test_without_a_party_one_is_made_of_the_host(world):
    kept = keep(world)
    assert (kept.made, kept.party.slug, kept.party.name) == (True, "taxii-cert-example", "taxii.cert.example")
    assert (kept.party.jurisdiction, kept.party.tlp_max) == ("XX", Tlp.CLEAR)
    assert world.directory.collections.access(world.cast.collections["main"]) == tuple(
        each
        for each in world.directory.collections.access(world.cast.collections["main"])
        if each.party != kept.party.id
    )
    again = keep(world)
    assert (again.made, again.known, again.mirror) == (False, True, kept.mirror)
    assert slug_of(read_target("http://127.0.0.1:8001/x/collections/y/").origin) == "127-0-0-1-8001"


def test_what_comes_from_elsewhere_never_becomes_our_own(world):
    with pytest.raises(Refused, match="not ours"):
        keep(world, party=world.cast.parties["own"])
    assert world.store.mirrors.all() == ()


def test_a_mirror_keeps_its_party(world):
    keep(world, party=world.cast.parties["alpha"])
    with pytest.raises(Conflict, match="alpha"):
        keep(world, party=world.cast.parties["bravo"])


def test_credentials_and_rhythm_can_be_changed_and_stay_otherwise(world):
    first = keep(world, username="u", secret="p", every=60_000_000)
    assert authorization_of(first.mirror, world.vault) == "Basic dTpw"
    assert authorization_of(keep(world).mirror, world.vault) == "Basic dTpw"
    rhythm = keep(world, every=3_600_000_000)
    assert authorization_of(rhythm.mirror, world.vault) == "Basic dTpw"
    clock = world.store.timers.waiting(KIND, str(first.mirror.id))
    assert clock is not None
    assert clock.due == world.clock.now() + 3_600_000_000
    token = keep(world, username="", secret="token-of-ours")
    assert authorization_of(token.mirror, world.vault) == "Bearer token-of-ours"
    assert token.mirror.every == 3_600_000_000
    assert b"token-of-ours" not in (token.mirror.secret or b"")


def test_a_secret_opens_for_its_origin_only(world):
    kept = keep(world, secret="token-of-ours").mirror
    other = type(kept)(
        **{name: getattr(kept, name) for name in kept.__struct_fields__} | {"url": URL.replace("taxii", "evil")}
    )
    with pytest.raises(Corrupt):
        authorization_of(other, world.vault)


@pytest.mark.parametrize("every", [0, 9_999_999, 400 * 86_400_000_000])
def test_rhythms_out_of_bounds(world, every):
    with pytest.raises(Invalid):
        keep(world, every=every)


@pytest.mark.parametrize(
    ("user", "secret"), [("", "hunter two"), ("", "a\r\nX: y"), ("a:b", "x"), ("a\n", "x"), ("a", "x\0")]
)
def test_credentials_that_can_not_be_sent_are_refused_and_not_repeated(user, secret):
    with pytest.raises(Invalid) as told:
        authorization(user, secret)
    assert secret not in str(told.value)


def test_removing_forgets_the_secret_and_keeps_the_objects(world):
    kept = keep(world, secret="token-of-ours", every=60_000_000).mirror
    world.store.mirrors.remove(kept.id)
    assert world.store.mirrors.all() == ()
    assert world.store.timers.waiting(KIND, str(kept.id)) is None
    assert keep(world).mirror.id != kept.id
