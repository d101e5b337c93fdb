"""Tokens and who they let in: shown once, kept as a hash, bounded by scope and time, gone when revoked."""

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.kernel.base.errors import Invalid, NotFound
from comity.kernel.directory.authenticator import Authenticator
from comity.kernel.directory.tokens import Scope
from comity.kernel.store.types import Party
from tests.kernel.directory.conftest import Place, sure

MINUTE = 60_000_000


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture
def carol(place: Place) -> Party:
    return place.directory.parties.add("carol", name="Carol", jurisdiction="DE")


def test_secret_is_strong_and_not_kept(place: Place, carol: Party) -> None:
    issued = place.directory.tokens.issue(carol)
    assert issued.secret.startswith("comity_")
    assert len(base64.urlsafe_b64decode(issued.secret.removeprefix("comity_") + "=")) == 32
    assert issued.token.hash == hashlib.sha256(issued.secret.encode()).digest()
    dump = place.dump()
    assert issued.secret not in dump
    assert issued.secret.removeprefix("comity_") not in dump
    assert place.directory.tokens.issue(carol).secret != issued.secret


def test_bearer_and_basic(place: Place, carol: Party) -> None:
    issued = place.directory.tokens.issue(carol)
    check = place.directory.authenticator.party_of
    for header in (f"Bearer {issued.secret}", f"bearer  {issued.secret}", basic("carol", issued.secret)):
        standing = sure(check(header))
        assert (standing.party, standing.token, standing.read, standing.write) == (carol, issued.token.id, True, True)


@pytest.mark.parametrize("scope", [each for each in Scope if each is not Scope.METRICS])
def test_scope(place: Place, carol: Party, scope: Scope) -> None:
    issued = place.directory.tokens.issue(carol, scope=scope)
    standing = sure(place.directory.authenticator.party_of(f"Bearer {issued.secret}"))
    assert (standing.read, standing.write) == (scope != "write", scope != "read")


def test_everything_else_is_nobody(place: Place, carol: Party) -> None:
    place.directory.parties.add("dave", name="Dave", jurisdiction="FR")
    secret = place.directory.tokens.issue(carol).secret
    check = place.directory.authenticator.party_of
    wrong = [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer comity_",
        f"Bearer {secret}x",
        f"Bearer {secret[:-1]}",
        f"Bearer {secret.removeprefix('comity_')}",
        f"Token {secret}",
        secret,
        basic("dave", secret),
        basic("CAROL", secret),
        basic("", secret),
        basic(secret, "carol"),
        "Basic " + base64.b64encode(secret.encode()).decode(),
        "Basic !!!!",
        "Basic " + base64.b64encode(b"\xff\xfe:" + secret.encode()).decode(),
        f"Bearer {secret} " + "x" * 1000,
        "Bearer \udcff",
    ]
    for header in wrong:
        assert check(header) is None, header
    assert check(f"Bearer {secret}") is not None
    for header in wrong:
        assert check(header) is None, header


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_text_lets_anyone_in_or_breaks(header: str) -> None:
    place = Place()
    try:
        assert place.directory.authenticator.party_of(header) is None
        assert place.directory.authenticator.party_of(f"Basic {header}") is None
    finally:
        place.engine.dispose()


def test_expiry(place: Place, carol: Party) -> None:
    issued = place.directory.tokens.issue(carol, expires=place.clock.now() + 300_000)
    header = f"Bearer {issued.secret}"
    assert place.directory.authenticator.party_of(header)
    place.clock.forward(300_000)
    assert place.directory.authenticator.known(header) is None
    assert place.directory.authenticator.party_of(header) is None
    with pytest.raises(Invalid):
        place.directory.tokens.issue(carol, expires=place.clock.now())


def test_revoked_at_once_here_and_within_a_second_elsewhere(place: Place, carol: Party) -> None:
    first, second = place.directory.tokens.issue(carol), place.directory.tokens.issue(carol)
    here, elsewhere = place.directory.authenticator, Authenticator(place.other_process(), place.clock)
    headers = [f"Bearer {first.secret}", basic("carol", second.secret)]
    for header in headers:
        assert here.party_of(header)
        assert elsewhere.party_of(header)
    place.directory.tokens.revoke(first.token.id)
    assert here.party_of(headers[0]) is None
    assert here.party_of(headers[1]) is not None
    place.clock.forward(999_999)
    assert elsewhere.party_of(headers[0]) is not None
    place.clock.forward(1)
    assert elsewhere.party_of(headers[0]) is None
    assert elsewhere.party_of(headers[1]) is not None


def test_revoking_keeps_the_first_moment(place: Place, carol: Party) -> None:
    issued = place.directory.tokens.issue(carol)
    revoked = place.directory.tokens.revoke(issued.token.id)
    place.clock.forward(MINUTE)
    assert place.directory.tokens.revoke(issued.token.id).revoked == revoked.revoked
    with pytest.raises(NotFound):
        place.directory.tokens.revoke(99)


def test_rotation(place: Place, carol: Party) -> None:
    old = place.directory.tokens.issue(carol, scope=Scope.READ)
    new = place.directory.tokens.rotate(old.token.id, carol)
    assert place.directory.authenticator.party_of(f"Bearer {old.secret}") is None
    standing = sure(place.directory.authenticator.party_of(f"Bearer {new.secret}"))
    assert (standing.party, standing.read, standing.write) == (carol, True, False)
    assert [token.id for token in place.directory.tokens.of(carol)] == [old.token.id, new.token.id]
    dave = place.directory.parties.add("dave", name="Dave", jurisdiction="FR")
    for number, party in ((old.token.id, carol), (new.token.id, dave), (99, carol)):
        with pytest.raises(NotFound):
            place.directory.tokens.rotate(number, party)


def test_a_good_header_is_checked_once_a_second(place: Place, carol: Party) -> None:
    secret = place.directory.tokens.issue(carol).secret
    check = place.directory.authenticator
    for header in (f"Bearer {secret}", basic("carol", secret)):
        assert check.known(header) is None
        assert check.party_of(header)
        before = place.rows.reads
        for _ in range(50):
            assert check.known(header)
            assert check.party_of(header)
        assert place.rows.reads == before


def test_a_clock_set_back_does_not_prolong(place: Place, carol: Party) -> None:
    header = f"Bearer {place.directory.tokens.issue(carol).secret}"
    assert place.directory.authenticator.party_of(header)
    place.clock.forward(-3600 * 1_000_000)
    assert place.directory.authenticator.known(header) is None


def test_last_used_is_written_once_a_minute(place: Place, carol: Party) -> None:
    issued = place.directory.tokens.issue(carol)
    check, of = place.directory.authenticator, place.directory.tokens.of
    header = f"Bearer {issued.secret}"
    assert check.flush() == 0
    check.party_of(header)
    first = place.clock.now()
    assert of(carol)[0].last_used is None
    assert check.flush() == 1
    assert of(carol)[0].last_used == first
    place.clock.forward(MINUTE - 1)
    check.party_of(header)
    assert check.flush() == 0
    place.clock.forward(1)
    check.party_of(header)
    assert check.flush() == 1
    assert of(carol)[0].last_used == first + MINUTE
    place.clock.forward(5)
    check.party_of(header)
    assert check.flush(all_of_it=True) == 1
    assert check.flush(all_of_it=True) == 0


def test_a_partner_gets_no_token_for_metrics(place: Place, carol: Party) -> None:
    with pytest.raises(Invalid) as refused:
        place.directory.tokens.issue(carol, scope=Scope.METRICS)
    assert refused.value.code == "token-scope"
