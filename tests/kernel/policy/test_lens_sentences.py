"""A lens and a profile as people read them: nothing of what they do is left unsaid."""

from typing import get_args

import pytest

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.profiles import BUILT_IN
from comity.kernel.policy.lens import Hidden, Lens, Part
from comity.kernel.policy.lens_sentences import of_profile, sentences
from comity.kernel.policy.profile import Do, Grain, Profile, Rule

VICTIMS = Profile("victims", (), "Victims")


@pytest.mark.parametrize(
    ("lens", "said"),
    [
        (Lens("pact"), []),
        (Lens("pact", profiles=(VICTIMS,)), ["It is redacted by the profile “Victims”."]),
        (
            Lens("pact", anonymous=True, cleared=True),
            ["No personal data may be left in it.", "Who made it is left out."],
        ),
        (
            Lens("pact", without=(Part(Tlp.RED, ("resides:KR", "orcon")), Part(None, ("to:identity--1",)))),
            [
                "Its parts that are marked TLP:RED, resides_in KR, originator_control are taken out.",
                "Its parts that are marked releasable_to identity--1 are taken out.",
            ],
        ),
        (Lens("pact", hidden="strip"), ["References to what the recipient does not get are taken out."]),
    ],
)
def test_a_lens(lens: Lens, said: list[str]) -> None:
    assert [str(each) for each in sentences(lens)] == said


@pytest.mark.parametrize("hidden", [each for each in get_args(Hidden) if each != "keep"])
def test_every_way_with_references_is_said_once(hidden: Hidden) -> None:
    assert len(sentences(Lens("pact", hidden=hidden))) == 1


@pytest.mark.parametrize("do", get_args(Do))
@pytest.mark.parametrize("types", [(), ("identity",)])
@pytest.mark.parametrize("properties", [(), ("name",)])
def test_every_rule_says_what_it_is_about(do: Do, types: tuple[str, ...], properties: tuple[str, ...]) -> None:
    grains = get_args(Grain) if do == "generalise" else ("",)
    for to in grains:
        if (do in {"drop", "pseudonymise"} and not properties) or (do == "drop-object" and not types):
            continue
        (said,) = of_profile(Profile("p", (Rule(do, types=types, properties=properties, to=to),)))
        text = str(said)
        assert text.endswith(".")
        assert "%(" not in text
        if to != "sector-and-country":
            assert all(each in text for each in types)
        if do in {"drop", "pseudonymise"}:
            assert all(each in text for each in properties)


def test_every_built_in_profile_is_told() -> None:
    for profile in BUILT_IN.values():
        assert len(of_profile(profile)) == len(profile.rules)
