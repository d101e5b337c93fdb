"""Objects looked through: what counts by its type, where text stands, what is left when it was taken out."""

from typing import Any

import msgspec
import pytest

from comity.kernel.objects.ids import sco_id
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.agreement.articles import (
    Agreement,
    AnyArticle,
    PersonalData,
    Redact,
    Review,
    Scope,
    Selection,
    Term,
    Withhold,
)
from comity.kernel.policy.label import Scan
from comity.kernel.policy.personal.asking import asks_for_scan
from comity.kernel.policy.personal.finding import Kind
from comity.kernel.policy.personal.scanning import found_texts, left_in, scan_object
from comity.kernel.policy.personal.settings import DEFAULT, ScanSettings

UUID = "4f7c1c5e-5a0d-4c6e-9d0a-5b3c2c1d0e0f"
MAIL = "ana.ruiz@buque.example"


def made(kind: str, **properties: Any) -> Parsed:
    """A valid object of a type."""
    held: dict[str, Any] = {"type": kind, "spec_version": "2.1"}
    if kind in {"email-addr", "user-account", "email-message", "ipv4-addr", "x509-certificate", "file", "process"}:
        held["id"] = sco_id(kind, properties) or f"{kind}--{UUID}"
    else:
        held |= {"id": f"{kind}--{UUID}", "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z"}
    found = parse(msgspec.json.encode(held | properties))
    assert isinstance(found, Parsed), found
    return found


def kinds(parsed: Parsed, settings: ScanSettings = DEFAULT) -> list[tuple[str, str]]:
    return [(each.kind.value, each.path) for each in scan_object(parsed, settings).findings]


def indicator(**properties: Any) -> Parsed:
    pattern = {"pattern": "[domain-name:value = 'one.example']", "pattern_type": "stix"}
    return made("indicator", **{"valid_from": "2026-01-01T00:00:00Z", **pattern, **properties})


@pytest.mark.parametrize(
    ("parsed", "expected"),
    [
        (made("email-addr", value=MAIL), [("email", "value")]),
        (made("email-addr", value=MAIL, display_name="Ana Ruiz"), [("person", "display_name"), ("email", "value")]),
        (made("email-addr", value="abuse@buque.example", display_name="Abuse desk"), []),
        (made("email-addr", value="p-abcdefghij234567@pseudonym.invalid"), []),
        (
            made("email-addr", value="p-abcdefghij234567@pseudonym.invalid", display_name="Ana Ruiz"),
            [("person", "display_name")],
        ),
        (made("user-account", account_login="aruiz"), [("account", "account_login")]),
        (made("user-account", user_id="S-1-5-18", account_login="SYSTEM", is_service_account=True), []),
        (made("user-account", account_login="root"), []),
        (made("user-account", account_login="p-abcdefghij234567"), []),
        (made("identity", name="Ana Ruiz", identity_class="individual"), [("person", "name")]),
        (made("identity", name="p-abcdefghij234567", identity_class="individual"), []),
        (made("identity", name="Buque Lines", identity_class="organization"), []),
        (made("threat-actor", name="Lone Gull", resource_level="individual"), [("person", "name")]),
        (made("threat-actor", name="Grey Gulls", resource_level="team"), []),
        (made("email-message", is_multipart=False, subject="Invoice"), [("message", "")]),
        (made("email-message", is_multipart=False), []),
        (made("ipv4-addr", value="198.51.100.7"), []),
        (made("x509-certificate", subject=f"CN=Ana Ruiz, emailAddress={MAIL}"), [("email", "subject")]),
        (made("file", name="invoice.pdf"), []),
    ],
)
def test_by_type(parsed: Parsed, expected: list[tuple[str, str]]) -> None:
    assert kinds(parsed) == expected


def test_addresses_by_setting() -> None:
    everything = ScanSettings(addresses=True)
    assert kinds(made("ipv4-addr", value="198.51.100.7"), everything) == [("address", "value")]
    assert kinds(indicator(pattern="[ipv4-addr:value = '198.51.100.7']"), everything) == [("address", "pattern")]
    assert kinds(indicator(pattern="[ipv4-addr:value = '240.1.2.3']"), everything) == []


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        ({"name": MAIL}, "name"),
        ({"description": f"one {MAIL}"}, "description"),
        ({"labels": ["a", MAIL]}, "labels.[1]"),
        (
            {"external_references": [{"source_name": "x", "description": f"by {MAIL}"}]},
            "external_references.[0].description",
        ),
        ({"external_references": [{"source_name": "x", "url": f"mailto:{MAIL}"}]}, "external_references.[0].url"),
        ({"pattern": f"[email-addr:value = '{MAIL}']"}, "pattern"),
        ({"pattern": f"[file:name = '{MAIL}.zip'] OR [url:value = 'https://x.example/?to={MAIL}']"}, "pattern"),
        ({"x_contact": {"deep": [{"id": MAIL}]}}, "x_contact.deep.[0].id"),
        ({"x_names": {MAIL: "victim"}}, f"x_names.{MAIL}"),
        ({"x_call": "010-3141-5926"}, "x_call"),
        ({"x_number": 821031415926}, "x_number"),
    ],
)
def test_by_text(properties: dict[str, Any], path: str) -> None:
    assert {each for _, each in kinds(indicator(**properties))} <= {path}
    if path != "x_number":
        assert scan_object(indicator(**properties)).scan is Scan.PERSONAL


def test_a_pattern_may_look_for_an_account() -> None:
    assert kinds(indicator(pattern="[user-account:account_login = 'aruiz']")) == [("account", "pattern")]
    assert kinds(indicator(pattern="[user-account:account_login = 'root']")) == []


def test_what_holds_nothing_is_clear() -> None:
    text = "CVE-2026-12345 on 198.51.100.7, sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709, since 2026-01-02T03:04:05Z"
    scanned = scan_object(indicator(description=text, name="One", labels=["T1059.001"]))
    assert scanned.findings == ()
    assert scanned.scan is Scan.CLEAR
    assert scanned.counts == {}


def test_counts_and_texts() -> None:
    parsed = indicator(description=f"{MAIL}, {MAIL.upper()}, 010-3141-5926")
    scanned = scan_object(parsed)
    assert scanned.counts == {Kind.EMAIL: 2, Kind.PHONE: 1}
    assert found_texts(parsed) == (MAIL.upper(), MAIL, "010-3141-5926")
    assert scanned.findings[0].normalised == scanned.findings[1].normalised == MAIL
    for finding in scanned.findings:
        assert MAIL not in repr(finding)
        assert "010" not in repr(finding)
    assert MAIL not in repr(scanned)


def test_what_is_left() -> None:
    assert left_in(indicator(description="p-abcdefghij234567@pseudonym.invalid called [redacted]")) == ()
    (left,) = left_in(indicator(description="p-abcdefghij234567@pseudonym.invalid called 010-3141-5926"))
    assert left.kind is Kind.PHONE


def agreement(*articles: AnyArticle) -> Agreement:
    return Agreement(name="one", title="One", signatories=(), articles=articles)


@pytest.mark.parametrize(
    ("article", "asks"),
    [
        (PersonalData(number=1), True),
        (Withhold(number=1, when=Selection(personal=True)), True),
        (Redact(number=1, when=Selection(unscanned=False), profile="x"), True),
        (Review(number=1, when=Selection(personal=False), approvers=()), True),
        (Scope(number=1, covers=Selection(unscanned=True)), True),
        (Scope(number=1), False),
        (Term(number=1), False),
        (Withhold(number=1, when=Selection(types=("note",))), False),
    ],
)
def test_which_agreements_ask(article: AnyArticle, asks: bool) -> None:
    assert asks_for_scan(agreement(article)) is asks
