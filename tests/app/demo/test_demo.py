"""The demonstration's story is valid STIX by three judges, refers only to what it holds, and is the same each time."""

import ipaddress
import json
import re
from collections import Counter, defaultdict

import pytest
import stix2
from stix2validator import ValidationOptions, validate_instance

from comity.app.demo import build, of_estonia
from comity.app.demo.scenario import Scenario
from comity.kernel.objects import ids
from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed

# The validator uses a name of jsonschema that is deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

NOW = 1_795_299_600_123_456
DOCUMENTATION = [
    ipaddress.ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]
DOMAIN_TYPES = {
    "attack-pattern", "campaign", "course-of-action", "grouping", "identity", "incident", "indicator", "infrastructure",
    "intrusion-set", "location", "malware", "malware-analysis", "note", "observed-data", "opinion", "report",
    "threat-actor", "tool", "vulnerability",
}  # fmt: skip
OTHER_TYPES = {"relationship", "sighting", "marking-definition", "language-content", "extension-definition"}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return build(NOW)


@pytest.fixture(scope="module")
def raws(scenario: Scenario) -> list[bytes]:
    return list(dict.fromkeys(raw for delivery in scenario.deliveries for raw in delivery.objects))


def test_it_is_the_same_for_the_same_moment(scenario: Scenario) -> None:
    assert build(NOW) == scenario


def test_ids_do_not_depend_on_the_moment(scenario: Scenario) -> None:
    def identifiers(told: Scenario) -> list[str]:
        # Cyber-observables that contain a time have another content, and so another id.
        return [
            json.loads(raw)["id"]
            for delivery in told.deliveries
            for raw in delivery.objects
            if json.loads(raw)["type"] not in ids.SCO_TYPES
        ]

    assert sorted(identifiers(build(NOW + 86_400_000_000 * 3))) == sorted(identifiers(scenario))


def test_every_object_parses_without_an_error(raws: list[bytes]) -> None:
    refused = [outcome for outcome in map(parse, raws) if not isinstance(outcome, Parsed)]
    assert refused == []


def test_third_parties_accept_every_object(raws: list[bytes]) -> None:
    options = ValidationOptions(version="2.1", silent=True)
    faults = []
    for raw in raws:
        decoded = json.loads(raw)
        stix2.parse(decoded, allow_custom=True)
        result = validate_instance(decoded, options)
        faults += [(decoded["id"], str(error)) for error in result.errors]
    assert faults == []


def test_every_domain_object_and_cyber_observable_type_occurs(raws: list[bytes]) -> None:
    counted = Counter(json.loads(raw)["type"] for raw in raws)
    assert set(counted) == DOMAIN_TYPES | OTHER_TYPES | ids.SCO_TYPES
    assert 300 <= len({json.loads(raw)["id"] for raw in raws}) <= 550


def test_markings_range_from_clear_to_red_and_some_have_none(raws: list[bytes]) -> None:
    marked: Counter[str] = Counter()
    for raw in raws:
        refs = set(json.loads(raw).get("object_marking_refs", ())) & set(TLP_IDS.values())
        marked[next(iter(refs), "none")] += 1
    assert set(marked) == {*TLP_IDS.values(), "none"}


def test_what_is_referred_to_is_there(raws: list[bytes]) -> None:
    parsed = [outcome for outcome in map(parse, raws) if isinstance(outcome, Parsed)]
    held = {one.id for one in parsed}
    for one in parsed:
        # Definitions of published extensions are named by extensions and need not be held.
        missing = [ref for ref in one.refs if ref not in held and not ref.startswith("extension-definition")]
        assert missing == [], one.id
        assert set(one.markings) <= held, one.id
        assert one.created_by is None or one.created_by in held, one.id


def test_slugs_and_rights_fit_together(scenario: Scenario) -> None:
    slugs = [party.slug for party in scenario.parties]
    assert [party.own for party in scenario.parties] == [True] + [False] * (len(slugs) - 1)
    collections = {collection.slug: collection for collection in scenario.collections}
    for collection in scenario.collections:
        assert {*collection.read, *collection.write} <= set(slugs)
    for delivery in scenario.deliveries:
        assert delivery.party == slugs[0] or delivery.party in collections[delivery.collection].write
    assert {delivery.party for delivery in scenario.deliveries} == set(slugs)


def test_deliveries_are_in_order_and_nothing_is_from_the_future(scenario: Scenario) -> None:
    received = [delivery.received for delivery in scenario.deliveries]
    assert received == sorted(received)
    assert received[-1] < NOW
    for delivery in scenario.deliveries:
        for raw in delivery.objects:
            one = parse(raw)
            assert isinstance(one, Parsed)
            assert one.modified is None or one.modified <= delivery.received or b"9999-12-31" in raw


def test_it_shows_two_claims_a_conflict_a_withdrawal_and_a_stranger(scenario: Scenario) -> None:
    contents: dict[tuple[str, str], set[bytes]] = defaultdict(set)
    sources: dict[bytes, set[str]] = defaultdict(set)
    senders: dict[str, set[str]] = defaultdict(set)
    identities = {party.identity: party.slug for party in scenario.parties}
    for delivery in scenario.deliveries:
        for raw in delivery.objects:
            decoded = json.loads(raw)
            sources[raw].add(delivery.party)
            if "modified" in decoded:
                contents[decoded["id"], decoded["modified"]].add(raw)
                creator = identities.get(decoded.get("created_by_ref", ""))
                if creator != delivery.party:
                    senders[decoded["id"]].add(delivery.party)
    assert sum(len(parties) > 1 for parties in sources.values()) >= 8
    assert sum(len(raws) > 1 for raws in contents.values()) == 1
    assert any("open-feed" in parties for parties in senders.values())
    assert sum(b'"revoked":true' in raw for raw in sources) == 2


def test_addresses_and_names_are_reserved_ones(raws: list[bytes]) -> None:
    for raw in raws:
        decoded = json.loads(raw)
        if decoded["type"] in {"ipv4-addr", "ipv6-addr"}:
            assert any(
                ipaddress.ip_address(decoded["value"]) in network
                for network in DOCUMENTATION
                if network.version == (4 if "." in decoded["value"] else 6)
            )
        for host in re.findall(r"(?:https?://|@)([a-z0-9.-]+)", raw.decode()):
            assert host.rstrip(".").rsplit(".", 1)[-1] in {"example", "test", "invalid"}, host
        if decoded["type"] == "domain-name":
            assert decoded["value"].rsplit(".", 1)[-1] in {"example", "test", "invalid"}
        if decoded["type"] == "autonomous-system":
            assert 64496 <= decoded["number"] <= 64511


def test_ceilings_differ(scenario: Scenario) -> None:
    assert {party.tlp_max for party in scenario.parties} == set(Tlp)


def test_estonia_holds_at_home_what_it_handed_to_others(scenario: Scenario) -> None:
    estonian = of_estonia(scenario)
    own = next(party for party in estonian.parties if party.own)
    assert own.name == "Demo CSIRT Estonia"
    identities = {party.slug: party.identity for party in scenario.parties}
    assert all(identities[party.slug] == party.identity for party in estonian.parties)
    known = {party.slug for party in estonian.parties}
    filled = {delivery.collection for delivery in estonian.deliveries}
    assert {*filled} < {each.slug for each in estonian.collections}, "one collection waits for the mirror"
    assert all({*each.read, *each.write} <= known for each in estonian.collections)
    told = [raw for delivery in scenario.deliveries if delivery.party == own.slug for raw in delivery.objects]
    assert [raw for delivery in estonian.deliveries for raw in delivery.objects] == told
    assert {delivery.party for delivery in estonian.deliveries} == {own.slug}
