"""What holds of every decision, in random worlds."""

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import Ceiling, Selection, Withhold
from comity.kernel.policy.agreement.binding import Bound, Enacted, bind
from comity.kernel.policy.counterfactual import applied
from comity.kernel.policy.decide import decide, effect, lens_for, weigh
from comity.kernel.policy.decider import Decider, Deciders
from comity.kernel.policy.decision import Decision, Effect
from comity.kernel.policy.judging import judge
from comity.kernel.policy.label import Label, pieces
from comity.kernel.policy.lens import Part, is_notice
from comity.kernel.policy.moments import moments, until
from comity.kernel.policy.question import asked
from comity.kernel.policy.veil import is_veiled, names_others
from comity.kernel.policy.viewer import Standing
from tests.kernel.policy.worlds import (
    DATES,
    NAMES,
    SLUGS,
    bound,
    caveats,
    enacteds,
    identity,
    labels,
    originals,
    parts,
    standing_of_one,
    standings,
)

dates = st.sampled_from(DATES)


@given(originals, standing_of_one(), dates)
def test_the_quick_effect_is_the_decisions(label: Label, standing: Standing, on: int) -> None:
    decision = decide(label, standing, on)
    assert effect(label, standing, on) is decision.effect
    assert weigh(label, standing, on).effect is decision.effect
    assert decision.reasons
    assert decision.reasons[0].effect is decision.effect


@given(st.lists(originals, min_size=1, max_size=8), standings(), st.lists(dates, min_size=1, max_size=3))
def test_what_is_shared_among_parties_and_labels_is_what_each_would_get(
    some: list[Label], stand: tuple[Standing, ...], days: list[int]
) -> None:
    deciders = Deciders(stand)
    for on in days:
        for standing in stand:
            alone = Decider(standing)
            for label in some:
                wanted = effect(label, standing, on)
                assert deciders.of(standing.party).effect(label, on) is wanted
                assert alone.effect(label, on) is wanted
                if wanted is Effect.RELEASE:
                    assert deciders.of(standing.party).until(label, on) == until(label, standing, on)


@given(originals, standing_of_one(), dates)
def test_the_counterfactual_comes_true_and_none_of_it_can_be_spared(label: Label, standing: Standing, on: int) -> None:
    decision = decide(label, standing, on)
    if decision.effect is Effect.RELEASE:
        assert decision.counterfactual is None
        return
    assert decision.counterfactual is not None, "there is always a world in which it is released"
    changes = decision.counterfactual.changes
    for left_out in (None, *changes):
        world = (label, standing, on)
        for change in changes:
            if change is not left_out:
                world = applied(change, *world)
        assert (effect(*world) is Effect.RELEASE) == (left_out is None)


@given(originals, standing_of_one(), dates)
def test_until_is_the_first_date_at_which_it_is_not_released(label: Label, standing: Standing, on: int) -> None:
    released = [day for day in range(on, 12) if effect(label, standing, day) is Effect.RELEASE]
    if on in released:
        first = next((day for day in range(on, 12) if day not in released), None)
        assert until(label, standing, on) == first


@given(originals, standing_of_one())
def test_between_its_moments_nothing_changes(label: Label, standing: Standing) -> None:
    found = moments(label, standing)
    assert list(found) == sorted(set(found))
    before = effect(label, standing, 0)
    for day in range(1, 12):
        now = effect(label, standing, day)
        assert now is before or day in found
        before = now


@given(originals, standing_of_one(), dates)
def test_what_may_be_told_names_nobody_else_and_not_the_marking(label: Label, standing: Standing, on: int) -> None:
    decision = decide(label, standing, on)
    released = decision.effect is Effect.RELEASE
    assert released or all(reason.effect is not Effect.RELEASE for reason in decision.reasons)
    names_nobody_else(decision, label, standing)
    if decision.lens is not None:
        names_nobody_else(decide(replace(label, lens=decision.lens.text), standing, on), label, standing)


def names_nobody_else(decision: Decision, label: Label, standing: Standing) -> None:
    told = " ".join(str(reason.disclosable) for reason in decision.reasons).replace(standing.ceiling.label, "")
    for party, slug in SLUGS.items():
        if party != standing.party:
            assert slug not in told.lower()
            assert identity(party) not in told
    terms = (*label.terms, *(term for part in label.parts for term in part.terms))
    for word in (*terms, "first", "second", "third", "TLP:", "PAP:", "embargo", "case", "#"):
        assert word not in told


# -- in which form


def renditions(some: list[Label], stand: tuple[Standing, ...], on: int) -> list[tuple[Label, Label, Standing]]:
    """Each original, what is made of it and for whom, and a label that nothing has."""
    found = []
    for label in some:
        for standing in stand:
            lens = lens_for(label, standing, on)
            assert lens == decide(label, standing, on).lens
            if lens is not None:
                found.append((label, replace(label, lens=lens.text), standing))
    return found


@given(st.lists(originals, min_size=1, max_size=4), standings(), dates)
def test_a_rendition_goes_to_exactly_those_whose_original_asks_for_its_lens(
    some: list[Label], stand: tuple[Standing, ...], on: int
) -> None:
    deciders = Deciders(stand)
    for label, rendition, _ in renditions(some, stand, on):
        assert Label.of_features(rendition.features()) == rendition
        for standing in stand:
            lens = lens_for(label, standing, on)
            asked_for = lens is not None and lens.text == rendition.lens
            decision = decide(rendition, standing, on)
            assert (decision.effect is Effect.RELEASE) == asked_for
            assert decision.effect is effect(rendition, standing, on)
            assert decision.effect is deciders.of(standing.party).effect(rendition, on)
            assert deciders.of(standing.party).lens(label, on) == lens
            assert decide(label, standing, on).effect is not Effect.RELEASE or not asked_for
            if asked_for:
                assert deciders.of(standing.party).until(rendition, on) == until(rendition, standing, on)


@given(originals, standing_of_one(), dates)
def test_only_what_goes_in_a_form_has_a_lens(label: Label, standing: Standing, on: int) -> None:
    decision = decide(label, standing, on)
    if decision.lens is None:
        assert decision.effect in {Effect.RELEASE, Effect.WITHHOLD} or "short" in decision.profile
        return
    assert decision.effect in {Effect.REDACT, Effect.REVIEW}
    assert bool(decision.lens.reviews) == (decision.effect is Effect.REVIEW) == bool(decision.approvers)
    assert (decision.lens.hidden == "keep") == (not is_veiled(standing, on))
    assert (decision.lens.party == standing.party) == (not decision.lens.scope)


@given(labels, parts, standing_of_one(), dates)
def test_a_part_more_never_lets_more_go(label: Label, part: Part, standing: Standing, on: int) -> None:
    for before in (label, replace(label, parts=(Part(Tlp.AMBER),))):
        after = replace(before, parts=(*before.parts, part))
        less, more = decide(after, standing, on), decide(before, standing, on)
        assert less.effect.strictness >= more.effect.strictness
        if less.lens is not None and more.lens is not None:
            assert {*less.lens.without, part} == {*more.lens.without, part}
            assert set(less.lens.profiles) >= set(more.lens.profiles)
            assert set(less.lens.reviews) >= set(more.lens.reviews)
            assert (less.lens.anonymous, less.lens.cleared) >= (more.lens.anonymous, more.lens.cleared)


@given(originals, standing_of_one(), dates)
def test_what_is_left_without_the_parts_is_no_more_than_may_go(label: Label, standing: Standing, on: int) -> None:
    lens = lens_for(label, standing, on)
    if lens is not None:
        left = replace(label, parts=tuple(part for part in label.parts if part not in lens.without))
        assert effect(left, standing, on) is not Effect.WITHHOLD
        for part in lens.without:
            assert effect(dict(pieces(label))[part], standing, on) is Effect.WITHHOLD


@given(originals, standing_of_one(), dates)
def test_through_the_veil_nothing_that_names_others_goes_by_itself(label: Label, standing: Standing, on: int) -> None:
    if is_veiled(standing, on) and names_others(label) and label.source != standing.party:
        assert effect(label, standing, on) is not Effect.RELEASE


@given(originals, originals, standings(), dates)
def test_lenses_are_equal_where_their_texts_are(one: Label, other: Label, stand: tuple[Standing, ...], on: int) -> None:
    lenses = [lens for label in (one, other) for standing in stand if (lens := lens_for(label, standing, on))]
    for lens in lenses:
        assert not is_notice(lens.text)
        assert lens.text.startswith(f"{lens.key_scope}#")
        for another in lenses:
            assert (lens == another) == (lens.text == another.text)


# -- deny overrides


@given(labels, caveats, standing_of_one(), dates)
def test_no_caveat_opens_anything(label: Label, caveat: str, standing: Standing, on: int) -> None:
    """But one: a list of recipients is who TLP:RED and what is controlled go to; and what an exercise's agreement covers."""
    assume(not caveat.startswith(("recipients:", "to:", "exercise:")))
    more = replace(label, terms=tuple(sorted({*label.terms, caveat})))
    assert effect(more, standing, on).strictness >= effect(label, standing, on).strictness or speaks_of(
        standing, caveat
    )


def speaks_of(standing: Standing, caveat: str) -> bool:
    """Whether some selection asks for a marking that is absent: then what carries it is another matter for that article."""
    kinds = {"statement": "statement", "pap": "pap"}
    field = kinds.get(caveat.split(":", maxsplit=1)[0])
    if field is None:
        return caveat.startswith(
            "purposes:"
        )  # an agreement that does not keep to it is silent, and so are its articles
    return bool(standing.agreements) or bool(standing.given)


@given(labels, standing_of_one(), dates)
def test_an_agreement_that_withholds_all_that_it_covers_opens_nothing(
    label: Label, standing: Standing, on: int
) -> None:
    nothing = bound(Ceiling(number=1, tlp="red"), Withhold(number=2, when=Selection()), name="zero")
    under = replace(standing, agreements=(*standing.agreements, nothing))
    assert effect(label, under, on).strictness >= effect(label, standing, on).strictness


@given(labels, standing_of_one(), enacteds("more"), dates)
def test_what_an_agreement_keeps_back_no_other_opens(label: Label, standing: Standing, more: Enacted, on: int) -> None:
    added = bind(more, NAMES, standing.party)
    kept_back = judge(asked(label, standing, on)).holdings
    under = replace(standing, agreements=(*standing.agreements, added)) if added is not None else standing
    strictest = max((holding.effect.strictness for holding in kept_back), default=0)
    assert effect(label, under, on).strictness >= strictest


@given(labels, standing_of_one(), dates)
def test_neither_a_suspension_nor_the_end_of_a_term_opens_anything(label: Label, standing: Standing, on: int) -> None:
    def stopped(one: Bound, *, ended: bool) -> Bound:
        if ended:
            return replace(one, until=min(on, one.until or on))
        return replace(one, enacted=replace(one.enacted, suspended=on))

    for ended in (True, False):
        agreements = tuple(stopped(one, ended=ended) for one in standing.agreements)
        after = effect(label, replace(standing, agreements=agreements), on)
        assert after.strictness >= effect(label, standing, on).strictness


@given(labels, standing_of_one(), dates, st.sampled_from(list(Tlp)))
def test_a_higher_ceiling_takes_nothing_away(label: Label, standing: Standing, on: int, ceiling: Tlp) -> None:
    """Apart from articles of agreements that speak of TLP:RED, which the ceiling red lets them cover."""
    assume(ceiling >= standing.ceiling and label.tlp is not Tlp.RED)
    higher = replace(standing, ceiling=ceiling)
    assert effect(label, higher, on).strictness <= effect(label, standing, on).strictness
