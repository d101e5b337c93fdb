"""What comes out of a random object through a random lens is sound: valid, the same again, without a trace of what had to go."""

import json
import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.kernel.objects.extensions import REDACTION
from comity.kernel.objects.markings import Tlp
from comity.kernel.objects.timestamps import render
from comity.kernel.policy.lens import Lens, Part
from comity.kernel.policy.profile import Profile, Rule
from comity.kernel.policy.redaction import Fate, Remade, content_of, dropped_of, mentioned, remake
from tests.kernel.objects.samples import ref
from tests.kernel.policy.redaction.looking import NOW, STAMP, US, Maker, left, looked_at, parsed, texts_of
from tests.kernel.policy.redaction.worlds import GREEN, MARKS, RED, objects, rules

MEANINGS = {RED: Part(Tlp.RED), GREEN: Part(Tlp.GREEN)}
fates = st.sampled_from([Fate.KEEP, Fate.PSEUDONYM, Fate.STRIP])
lenses = st.builds(
    Lens,
    st.just("a"),
    profiles=st.lists(
        st.lists(rules, min_size=1, max_size=3).map(lambda each: Profile("p", tuple(each))), max_size=2
    ).map(tuple),
    anonymous=st.booleans(),
    without=st.sampled_from([(), (Part(Tlp.RED),)]),
)
slow = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=40)


@slow
@given(objects(), lenses, fates)
def test_what_is_made_is_sound(held: dict[str, Any], lens: Lens, fate: Fate):
    naming = Maker(b"k" * 32, fate)
    result = looked_at(held, lens, naming, markings=MEANINGS)
    if not isinstance(result, Remade):
        assert not any(mark in str(result.reason) for mark in MARKS.values())
        return
    hidden = [held["id"], *(each for each in mentioned(parsed(held)) if fate is not Fate.KEEP)]
    assert left(result.raw, [each[-36:] for each in hidden]) == []
    assert result.parsed.id == naming.pseudonym_id(held["id"])
    # A kind that is dropped is gone, whatever dropped it.
    dropped = {
        kind for profile in lens.profiles for rule in profile.rules if rule.do == "drop" for kind in rule.observables
    }
    assert left(result.raw, [MARKS[kind] for kind in dropped & MARKS.keys()]) == []


@slow
@given(objects(), st.sampled_from(sorted(MARKS)), fates)
def test_nothing_that_was_dropped_around_an_object_is_left_in_it(held: dict[str, Any], name: str, fate: Fate):
    result = looked_at(held, Lens("a"), Maker(b"k" * 32, fate), also=(MARKS[name],))
    if isinstance(result, Remade):
        assert left(result.raw, [MARKS[name]]) == []


@slow
@given(objects(), lenses)
def test_two_keys_share_no_pseudonym(held: dict[str, Any], lens: Lens):
    one, other = (
        remake(parsed(held), lens, Maker(key * 32, Fate.PSEUDONYM), STAMP, markings=MEANINGS) for key in (b"1", b"2")
    )
    if isinstance(one, Remade) and isinstance(other, Remade):
        tokens = [_tokens(texts_of(each.raw)) - _tokens(texts_of(parsed(held).raw)) for each in (one, other)]
        assert tokens[0].isdisjoint(tokens[1])


_SHARED = {US[-36:], REDACTION[-36:]}
_tokens_in = re.compile(r"p-[a-z2-7]{16}|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}").findall


def _tokens(text: str) -> set[str]:
    return set(_tokens_in(text)) - _SHARED


DULL = st.lists(
    st.one_of(rules.filter(lambda rule: rule.do != "pseudonymise" and rule.to != "sector-and-country")),
    min_size=1,
    max_size=3,
).map(lambda each: Lens("a", profiles=(Profile("p", tuple(each)),)))


@slow
@given(objects(), DULL)
def test_to_look_twice_takes_nothing_more(held: dict[str, Any], lens: Lens):
    once = looked_at(held, lens, markings=MEANINGS)
    if isinstance(once, Remade):
        twice = looked_at(json.loads(once.raw), lens, markings=MEANINGS)
        assert isinstance(twice, Remade)
        assert _without_id(twice.raw) == _without_id(once.raw)


def _without_id(raw: bytes) -> dict[str, Any]:
    held = json.loads(raw)
    return {name: value for name, value in held.items() if name != "id"}


@slow
@given(objects(), lenses)
def test_times_are_not_content(held: dict[str, Any], lens: Lens):
    one = remake(parsed(held), lens, Maker(b"k" * 32), STAMP, markings=MEANINGS)
    later = type(STAMP)(STAMP.created, NOW + 5_000_000, STAMP.created_by)
    other = remake(parsed(held), lens, Maker(b"k" * 32), later, markings=MEANINGS)
    if isinstance(one, Remade) and isinstance(other, Remade):
        assert content_of(one.raw) == content_of(other.raw)
        if "modified" in held:
            assert json.loads(other.raw)["modified"] == render(NOW + 5_000_000)
            assert one.raw != other.raw


def test_content_is_compared_whatever_the_order():
    assert content_of(b'{"a":1,"created":"x","b":{"d":1,"c":2}}') == content_of(
        b'{"b":{"c":2,"d":1},"a":1,"modified":"y"}'
    )
    assert content_of(b'{"a":1}') != content_of(b'{"a":2}')


@slow
@given(objects(), lenses)
def test_what_a_lens_drops_is_known_without_making(held: dict[str, Any], lens: Lens):
    dropped = dropped_of(parsed(held), lens, markings=MEANINGS)
    result = remake(parsed(held), lens, Maker(b"k" * 32), STAMP, markings=MEANINGS)
    if isinstance(result, Remade):
        assert set(result.dropped) == set(dropped)


def test_nothing_is_dropped_by_a_lens_that_asks_for_nothing():
    assert dropped_of(parsed({**_TELLING}), Lens("a", hidden="stub", anonymous=True)) == ()
    assert dropped_of(parsed(_TELLING), Lens("a", profiles=(Profile("p", (Rule("generalise", to="day"),)),))) == ()


_TELLING: dict[str, Any] = {
    "type": "tool",
    "spec_version": "2.1",
    "id": ref("tool"),
    "created": "2026-03-01T10:00:00.000Z",
    "modified": "2026-03-01T10:00:00.000Z",
    "name": "Remote shell of qz7kd.example",
}
