"""Pseudonyms: keyed, of the form of their kind, one for one value however it is written; of two keys nothing is the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.objects.forms import is_cpe, is_domain, is_email, is_ipv4, is_ipv6, is_mac, is_url
from comity.kernel.objects.ids import is_guessable, is_id
from comity.kernel.objects.observables import HASH_LENGTHS, KINDS, normalise
from comity.kernel.policy.redaction import Pseudonyms
from tests.kernel.objects.samples import SAMPLES

ONE, OTHER = Pseudonyms(b"1" * 32), Pseudonyms(b"2" * 32)
FORMS = {
    "email-addr": is_email,
    "domain-name": is_domain,
    "url": is_url,
    "ipv4-addr": is_ipv4,
    "ipv6-addr": is_ipv6,
    "mac-addr": is_mac,
    "cpe": is_cpe,
}
SAME = [
    ("domain-name", "Mail.Victim.example.", "mail[.]victim.example"),
    ("ipv4-addr", "198.51.100.7", "198.51.100[.]7/32"),
    ("ipv6-addr", "2001:DB8:0::1", "2001:db8::1"),
    ("email-addr", "Ops@Victim.example", "ops(at)victim.example"),
    ("url", "hxxps://victim.example", "https://victim.example/"),
    ("md5", "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e"),
    ("user-account", "Bob", "bob "),
    ("text", "Port  Operator\nNorth", "port operator north"),
]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_token_has_the_form_of_its_kind(kind):
    token = ONE.token(kind, "198.51.100.7")
    assert FORMS.get(kind, bool)(token)
    assert normalise(kind, token) is not None
    if kind in HASH_LENGTHS:
        assert len(token) == HASH_LENGTHS[kind]


@pytest.mark.parametrize(("kind", "one", "other"), SAME)
def test_one_value_has_one_token_however_it_is_written(kind, one, other):
    assert ONE.token(kind, one) == ONE.token(kind, other)
    assert ONE.token(kind, one) != ONE.token("text" if kind != "text" else "software", one)


@given(st.sampled_from(sorted(KINDS)), st.text(min_size=1, max_size=40))
def test_two_keys_share_no_token(kind, value):
    # An IPv4 token has 28 bits and the number of a system 27: these may meet by chance, as the module says.
    if kind not in {"ipv4-addr", "autonomous-system"}:
        assert ONE.token(kind, value) != OTHER.token(kind, value)


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_an_id_keeps_its_type_and_can_not_be_guessed(kind):
    own = SAMPLES[kind]["id"]
    made = ONE.pseudonym_id(own)
    assert is_id(made)
    assert made.startswith(f"{kind}--")
    assert made[-22] == "4"
    assert not is_guessable(made)
    assert made == ONE.pseudonym_id(own[:-36] + own[-36:].upper())
    assert len({own, made, OTHER.pseudonym_id(own), ONE.pseudonym_id(made)}) == 4


def test_ids_are_those_of_rfc_9562_and_hmac():
    """A known answer, so that ids of twins don't change by accident: every recipient would see others."""
    assert Pseudonyms(bytes(32)).pseudonym_id("indicator--00000000-0000-4000-8000-000000000000") == KNOWN_ID
    assert Pseudonyms(bytes(32)).token("domain-name", "victim.example") == KNOWN_NAME


KNOWN_ID = "indicator--470b8783-915b-4af1-accb-576179d17154"
KNOWN_NAME = "p-ekqo26sgtl4c54ph.pseudonym.invalid"
