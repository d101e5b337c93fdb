"""What rules do: properties, kinds of values, identities; in every type, everywhere in the object, in every encoding."""

import json
from base64 import b64encode
from typing import Any

import pytest

from comity.kernel.objects.extensions import REDACTION
from comity.kernel.policy.agreement.profiles import BUILT_IN
from comity.kernel.policy.lens import Lens
from comity.kernel.policy.profile import Profile, Rule
from comity.kernel.policy.redaction import Remade, Unmade, dropped_of, traces
from tests.kernel.objects.samples import SAMPLES, ref
from tests.kernel.policy.redaction.looking import HIDING, KEEPING, left, lens, looked_at, made, parsed, plain, unmade

VICTIM = {
    **SAMPLES["identity"],
    "name": "Port Operator North",
    "description": "Runs the north port.",
    "contact_information": "Ms Kim, soc@northport.example, https://northport.example/security",
    "roles": ["operator"],
    "sectors": ["energy", "transportation", "northport-own"],
    "x_country": "kr",
    "external_references": [{"source_name": "register", "external_id": "NP-0042"}],
    "labels": ["critical"],
    "lang": "en",
}


def test_a_victim_as_sector_and_country():
    result = looked_at(VICTIM, Lens("a", profiles=(BUILT_IN["victims"],)))
    assert isinstance(result, Remade)
    after = plain(result)
    assert after["name"] == "an organisation of the energy and transportation sectors in KR"
    assert after["sectors"] == ["energy", "transportation"]
    assert after.keys() == {
        *("type", "spec_version", "id", "created", "modified", "created_by_ref", "name", "identity_class", "sectors")
    }
    assert result.how == ("generalised",)
    assert {"Port Operator North", "soc@northport.example", "northport.example"} <= set(result.dropped)


def test_what_a_victim_is_called_is_not_left_around_it():
    through = Lens("a", profiles=(BUILT_IN["victims"],))
    also = dropped_of(parsed(VICTIM), through)
    assert dropped_of(parsed(VICTIM), Lens("a")) == ()
    forms = [form for form in traces("northport.example") if "northport" not in form][:8]
    held = {
        **SAMPLES["campaign"],
        "name": "Against PORT operator\n North",
        "description": f"The SOC (soc[at]northport[.]example) saw hxxp://mail.northport[.]example/x; {' '.join(forms)}",
        "aliases": ["Port Operator North", "Heron"],
        "external_references": [
            {"source_name": "NP-0042", "external_id": "2"},
            {"source_name": "other", "external_id": "1"},
        ],
        "x_northport_example": 3,
        "x_info": {"seen_at": "portal.northport.example", "northport_id": "x"},
    }
    result = looked_at(held, through, also=also)
    assert isinstance(result, Remade)
    after = plain(result)
    assert after["name"] == "Against [redacted]"
    assert after["aliases"] == ["Heron"]
    assert after["external_references"] == [held["external_references"][1]]
    assert after["x_info"] == {"seen_at": "portal.[redacted]", "northport_id": "x"}
    assert left(result.raw, also) == []


SECTORS = [
    ({}, "an identity"),
    ({"identity_class": "individual"}, "a person"),
    ({"identity_class": "group", "sectors": ["government-local"]}, "a group of the government local sector"),
    ({"identity_class": "x-own", "sectors": ["own-word"]}, "an identity"),
    (
        {
            "identity_class": "organization",
            "extensions": {ref("extension-definition"): {"extension_type": "property-extension", "country": "ee"}},
        },
        "an organisation in EE",
    ),
]


@pytest.mark.parametrize(("more", "name"), SECTORS)
def test_names_of_sectors_and_countries(more, name):
    held = {
        each: SAMPLES["identity"][each] for each in SAMPLES["identity"] if each not in {"identity_class", "sectors"}
    }
    assert made({**held, **more}, Rule("generalise", types=("identity",), to="sector-and-country"))["name"] == name


# A value of every kind, the object whose value it is, and texts that hold it.
HOLDERS: dict[str, tuple[str, dict[str, Any], str]] = {
    "ipv4-addr": ("198.51.100.7", {**SAMPLES["ipv4-addr"], "value": "198.51.100.7"}, "value"),
    "ipv6-addr": ("2001:db8::17", {**SAMPLES["ipv6-addr"], "value": "2001:db8::17"}, "value"),
    "domain-name": ("mail.victim.example", {**SAMPLES["domain-name"], "value": "mail.victim.example"}, "value"),
    "url": ("https://victim.example/pay?me=1", {**SAMPLES["url"], "value": "https://victim.example/pay?me=1"}, "value"),
    "email-addr": ("ceo@victim.example", {**SAMPLES["email-addr"], "value": "ceo@victim.example"}, "value"),
    "mac-addr": ("00:00:ab:cd:ef:17", {**SAMPLES["mac-addr"], "value": "00:00:ab:cd:ef:17"}, "value"),
    "mutex": ("Victim Global Mutex", {**SAMPLES["mutex"], "name": "Victim Global Mutex"}, "name"),
    "user-account": ("kim.minji.adm", {**SAMPLES["user-account"], "user_id": "kim.minji.adm"}, "user_id"),
    "software": ("Victim ERP 7", {**SAMPLES["software"], "name": "Victim ERP 7", "cpe": None}, "name"),
    "directory": ("/srv/victim/data", {**SAMPLES["directory"], "path": "/srv/victim/data"}, "path"),
    "windows-registry-key": (
        "HKEY_LOCAL_MACHINE\\Victim\\Run",
        {**SAMPLES["windows-registry-key"], "key": "HKEY_LOCAL_MACHINE\\Victim\\Run", "values": None},
        "key",
    ),
    "serial-number": (
        "36:f7:d4:32:f4:ab:70:ea",
        {**SAMPLES["x509-certificate"], "serial_number": "36:f7:d4:32:f4:ab:70:ea", "issuer": None},
        "serial_number",
    ),
}


def holder(kind: str) -> tuple[str, dict[str, Any], str]:
    value, held, name = HOLDERS[kind]
    return value, {key: each for key, each in held.items() if each is not None}, name


@pytest.mark.parametrize("kind", sorted(HOLDERS))
def test_a_value_of_a_kind_gets_a_pseudonym_everywhere(kind):
    value, held, name = holder(kind)
    token = KEEPING.token(kind, value)
    held |= {"x_note": f"seen {value} twice", "x_code": b64encode(f"at {value}!".encode()).decode()}
    after = made(held, Rule("pseudonymise", observables=(kind,)))
    assert after[name] == token
    assert after["x_note"] == f"seen {token} twice"
    assert "x_code" not in after


@pytest.mark.parametrize("kind", sorted(HOLDERS))
def test_an_observable_without_its_value_stays_here(kind):
    _, held, name = holder(kind)
    held.pop("account_type", None)
    assert f"property {name}, which may not go" in unmade(held, Rule("drop", observables=(kind,)))
    assert made(held, Rule("drop", observables=("ssdeep",)))[name] == held[name]


@pytest.mark.parametrize("kind", sorted(HOLDERS))
@pytest.mark.parametrize("kind_of_object", ["note", "x-own"])
def test_a_value_known_from_elsewhere_is_dropped_in_every_form(kind, kind_of_object):
    value = HOLDERS[kind][0]
    held: dict[str, Any] = {**SAMPLES["note"], "type": kind_of_object, "id": ref(kind_of_object), "abstract": "kept"}
    for at, form in enumerate(traces(value)):
        held[f"x_form_{at}"] = f"a {form} b"
    held["content"] = " | ".join(traces(value))
    result = looked_at(held, Lens("a"), also=(value,))
    assert isinstance(result, Remade), result.reason
    assert left(result.raw, [value]) == []
    assert plain(result)["abstract"] == "kept"


def test_addresses_become_networks_everywhere():
    held = {
        **SAMPLES["campaign"],
        "description": "From 198.51.100.7, 198[.]51[.]100[.]8:80 and 2001:db8:1:2::3; http://198.51.100.9/x; 203.0.113.0/24.",
        "labels": ["198.51.100.7", "198.51.0.0/16"],
        "x_address": "198.51.100.7",
    }
    after = made(held, Rule("generalise", to="network"))
    assert (
        after["description"]
        == "From 198.51.100.0/24, 198.51.100.0/24:80 and 2001:db8:1::/48; [redacted]; 203.0.113.0/24."
    )
    assert after["labels"] == ["198.51.100.0/24", "198.51.0.0/16"]
    assert after["x_address"] == "198.51.100.0/24"
    address = {**SAMPLES["ipv4-addr"], "value": "198.51.100.7"}
    assert made(address, Rule("generalise", to="network"))["value"] == "198.51.100.0/24"
    assert "value" in unmade({**SAMPLES["url"], "value": "http://198.51.100.7/x"}, Rule("generalise", to="network"))


def test_the_number_of_a_system():
    token = KEEPING.token("autonomous-system", "AS64500")
    assert made(SAMPLES["autonomous-system"], Rule("pseudonymise", observables=("autonomous-system",)))[
        "number"
    ] == int(token[2:])
    assert "number" in unmade(SAMPLES["autonomous-system"], Rule("drop", observables=("autonomous-system",)))


def test_hashes_of_an_algorithm():
    held = {**SAMPLES["file"], "hashes": {"MD5": "d41d8cd98f00b204e9800998ecf8427e", "SHA-1": "a" * 40}}
    assert made(held, Rule("drop", observables=("md5",)))["hashes"] == {"SHA-1": "a" * 40}
    assert made(held, Rule("pseudonymise", observables=("sha-1",)))["hashes"] == {
        "MD5": "d41d8cd98f00b204e9800998ecf8427e",
        "SHA-1": KEEPING.token("sha-1", "a" * 40),
    }
    assert "hashes" not in made(held, Rule("drop", observables=("md5", "sha-1")))


PATHS = [
    ("drop", ("description",), {"description": None}),
    ("drop", ("name",), {"name": "[redacted]"}),
    ("drop", ("external_references.url",), {"external_references": [{"source_name": "a", "external_id": "x"}]}),
    ("drop", ("external_references.*",), {"external_references": None}),
    ("drop", ("x_deep.*.secret",), {"x_deep": {"one": {"open": "o"}, "two": [{"open": "p"}]}}),
    ("drop", ("x_*", "nothing.there"), {}),
    ("drop", ("labels", "kill_chain_phases"), {"labels": None, "kill_chain_phases": None}),
    ("pseudonymise", ("name",), {"name": KEEPING.token("text", "Amber Heron")}),
    ("pseudonymise", ("aliases",), {"aliases": [KEEPING.token("text", "One Name"), KEEPING.token("text", "Other Name")]}),
    ("pseudonymise", ("external_references.url",), {"external_references": [
        {"source_name": "a", "external_id": "x"},
        {"source_name": "b", "url": KEEPING.token("url", "https://b.example/")},
    ]}),
    ("pseudonymise", ("first_seen", "confidence"), {"first_seen": None, "confidence": None}),
    ("pseudonymise", ("x_other_ref",), {"x_other_ref": KEEPING.pseudonym_id(ref("tool"))}),
]  # fmt: skip
FULL = {
    **SAMPLES["campaign"],
    "description": "Long and telling description.",
    "aliases": ["One Name", "Other Name"],
    "confidence": 40,
    "external_references": [
        {"source_name": "a", "external_id": "x"},
        {"source_name": "b", "url": "https://b.example/"},
    ],
    "kill_chain_phases": [{"kill_chain_name": "own-chain", "phase_name": "own-phase"}],
    "labels": ["first-label"],
    "x_deep": {"one": {"secret": "abcdefgh ij", "open": "o"}, "two": [{"secret": "klmnop qrs", "open": "p"}]},
    "x_other_ref": ref("tool"),
}


@pytest.mark.parametrize(("do", "properties", "changes"), PATHS)
def test_properties_by_their_path(do, properties, changes):
    after = made(FULL, Rule(do, types=("campaign",), properties=properties))
    for name, value in changes.items():
        assert after.get(name) == value, name
    assert made(FULL, Rule(do, types=("identity",), properties=properties)) == made(FULL)


def test_the_strictest_of_rules_that_meet_holds():
    both = (
        Rule("generalise", to="day", properties=("first_seen",)),
        Rule("generalise", to="month"),
        Rule("drop", properties=("first_seen",)),
        Rule("pseudonymise", properties=("name",)),
        Rule("drop", properties=("name",)),
    )
    after = made(FULL, *both)
    assert "first_seen" not in after
    assert after["name"] == "[redacted]"
    assert after["last_seen"] == "2026-03-01T00:00:00.000Z"
    address = {**SAMPLES["ipv4-addr"], "value": "198.51.100.7"}
    token = KEEPING.token("ipv4-addr", "198.51.100.7")
    assert (
        made(address, Rule("generalise", to="network"), Rule("pseudonymise", observables=("ipv4-addr",)))["value"]
        == token
    )


def test_an_object_may_be_dropped_as_a_whole():
    reason = unmade(SAMPLES["note"], Rule("drop-object", types=("note",)))
    assert reason == "Objects of the type note don't go: the profile tried drops them."
    assert "Seen before." in dropped_of(parsed(SAMPLES["note"]), lens(Rule("drop-object", types=("note",))))


def test_a_translation_loses_what_its_original_loses():
    held = {
        **SAMPLES["language-content"],
        "contents": {
            "ko": {"name": "호박 왜가리", "description": "항만을 노린다", "aliases": ["하나", "둘"]},
            "en": {"description": "Against ports."},
        },
    }
    after = made(held, Rule("drop", types=("campaign",), properties=("description",)))
    assert after["contents"] == {"ko": {"name": "호박 왜가리", "aliases": ["하나", "둘"]}}
    assert made(held, Rule("drop", types=("tool",), properties=("description",))) == made(held)
    about_a_victim = {**held, "object_ref": ref("identity")}
    reason = unmade(about_a_victim, Rule("generalise", types=("identity",), to="sector-and-country"))
    assert "contents" in reason
    assert "drops them" in unmade(held, Rule("drop-object", types=("campaign",)))


def test_words_of_vocabularies_are_nobodys_to_clean():
    held = {**SAMPLES["malware"], "name": "wiper", "description": "A wiper, as ransomware goes."}
    after = made(held, Rule("drop", properties=("name",)))
    assert (after["malware_types"], after["description"]) == (["wiper"], held["description"])


def test_what_is_in_a_payload_keeps_it_here():
    held = {**SAMPLES["artifact"], "payload_bin": b64encode(b"MZ\x00\x01 to victim.example\x00\xff").decode()}
    result = looked_at(held, Lens("a"), also=("victim.example",))
    assert isinstance(result, Unmade)
    assert "payload_bin" in str(result.reason)


def test_nothing_is_done_where_nothing_is_asked():
    for kind, held in SAMPLES.items():
        if kind not in {"marking-definition", "extension-definition"}:
            result = looked_at(held, Lens("a"))
            assert isinstance(result, Remade)
            assert result.how == ()
            assert plain(result) | {"id": held["id"]} == {
                **held,
                **(
                    {"created": plain(result)["created"], "created_by_ref": plain(result)["created_by_ref"]}
                    if "created" in held
                    else {}
                ),
                **({"modified": plain(result)["modified"]} if "modified" in held else {}),
            }


@pytest.mark.parametrize("name", sorted(BUILT_IN))
@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_the_built_in_profiles_on_every_type(name, kind):
    result = looked_at(SAMPLES[kind], Lens("a", profiles=(BUILT_IN[name],)), HIDING)
    if isinstance(result, Remade):
        again = looked_at(json.loads(result.raw), Lens("a", profiles=(BUILT_IN[name],)), HIDING)
        assert isinstance(again, Remade)


def test_profiles_hold_together():
    both = (BUILT_IN["times"], Profile("own", (Rule("drop", properties=("objective",)),)))
    result = looked_at(SAMPLES["campaign"], Lens("a", profiles=both))
    assert isinstance(result, Remade)
    assert result.how == ("dropped", "generalised")


def test_a_twin_of_somebody_says_what_had_been_done_before():
    first = looked_at(SAMPLES["campaign"], lens(Rule("drop", properties=("objective",))))
    assert isinstance(first, Remade)
    again = looked_at(json.loads(first.raw), lens(Rule("generalise", to="day")))
    assert isinstance(again, Remade)
    assert again.how == ("generalised",)
    assert json.loads(again.raw)["extensions"][REDACTION]["how"] == ["dropped", "generalised"]
