"""Patterns without what must not go: rewritten, shortened, or nothing; always valid."""

from pathlib import Path
from typing import Any

import pytest

from comity.kernel.objects import patterns
from comity.kernel.policy.profile import Rule
from tests.kernel.objects.samples import SAMPLES
from tests.kernel.policy.redaction.looking import KEEPING, lens, looked_at, made, unmade

DROP = Rule("drop", observables=("ipv4-addr", "domain-name", "md5", "sha-256"))
NETWORK = Rule("generalise", to="network")
PSEUDONYM = Rule("pseudonymise", observables=("ipv4-addr", "domain-name", "email-addr", "md5", "autonomous-system"))
DAY = Rule("generalise", to="day")
MD5 = "d41d8cd98f00b204e9800998ecf8427e"
IP, NAME, MAIL = (
    KEEPING.token("ipv4-addr", "198.51.100.7"),
    KEEPING.token("domain-name", "victim.example"),
    KEEPING.token("email-addr", "ops@victim.example"),
)

ROWS: list[tuple[Rule, str, str | None]] = [
    # Dropped: out of an OR, an AND, a sequence; groups and observations that became empty go.
    (DROP, "[ipv4-addr:value = '198.51.100.7']", None),
    (DROP, "[ipv4-addr:value = '198.51.100.7' OR url:value = 'https://victim.example/c']", None),
    (DROP, "[ipv4-addr:value = '198.51.100.7' OR mutex:name = 'only-one']", "[mutex:name = 'only-one']"),
    (DROP, "[mutex:name = 'a' OR (ipv4-addr:value = '198.51.100.7')]", "[mutex:name = 'a']"),
    (
        DROP,
        "[network-traffic:src_ref.value = '198.51.100.7' AND network-traffic:dst_ref.name = 'other-one']",
        "[network-traffic:dst_ref.name = 'other-one']",
    ),
    # Of an AND that lost an operand something telling has to be left.
    (DROP, "[network-traffic:src_ref.value = '198.51.100.7' AND network-traffic:dst_port = 443]", None),
    (
        DROP,
        "[file:hashes.MD5 = '" + MD5 + "' AND file:size = 12] OR [mutex:name = 'a']",
        "[mutex:name = 'a']",
    ),
    (
        DROP,
        "([ipv4-addr:value = '198.51.100.7'] FOLLOWEDBY [mutex:name = 'a']) WITHIN 300 SECONDS",
        "([mutex:name = 'a']) WITHIN 300 SECONDS",
    ),
    (
        DROP,
        "[mutex:name = 'a'] REPEATS 2 TIMES AND [ipv4-addr:value = '198.51.100.7'] REPEATS 5 TIMES",
        "[mutex:name = 'a'] REPEATS 2 TIMES",
    ),
    (DROP, "[ipv4-addr:value IN ('198.51.100.7', '203.0.113.1') OR mutex:name = 'a']", "[mutex:name = 'a']"),
    (DROP, "[domain-name:value LIKE '%.victim.example' OR mutex:name = 'a']", "[mutex:name = 'a']"),
    (DROP, "[domain-name:value MATCHES '^victim\\\\.' OR mutex:name = 'a']", "[mutex:name = 'a']"),
    (DROP, "[url:value LIKE 'http://victim.example/%' OR mutex:name = 'a']", "[mutex:name = 'a']"),
    (DROP, "[x-own:thing = 'at victim.example' OR mutex:name = 'a']", "[mutex:name = 'a']"),
    (DROP, "[ipv4-addr:value ISSUBSET '198.51.100.0/24' OR mutex:name = 'a']", "[mutex:name = 'a']"),
    (DROP, "[EXISTS mutex:name AND mutex:name = 'a']", "[EXISTS mutex:name AND mutex:name = 'a']"),
    (DROP, "[mutex:name = 'it\\'s a']", "[mutex:name = 'it\\'s a']"),
    # Addresses by their network.
    (NETWORK, "[ipv4-addr:value = '198.51.100.7']", "[ipv4-addr:value ISSUBSET '198.51.100.0/24']"),
    (NETWORK, "[ipv4-addr:value != '198.51.100.7']", "[ipv4-addr:value NOT ISSUBSET '198.51.100.0/24']"),
    (NETWORK, "[ipv6-addr:value = '2001:db8::1']", "[ipv6-addr:value ISSUBSET '2001:db8::/48']"),
    (
        NETWORK,
        "[ipv4-addr:value IN ('198.51.100.7', '198.51.100.8', '203.0.113.1')]",
        "[(ipv4-addr:value ISSUBSET '198.51.100.0/24' OR ipv4-addr:value ISSUBSET '203.0.113.0/24')]",
    ),
    (
        NETWORK,
        "[ipv4-addr:value NOT IN ('198.51.100.7', '203.0.113.1')]",
        "[(ipv4-addr:value NOT ISSUBSET '198.51.100.0/24' AND ipv4-addr:value NOT ISSUBSET '203.0.113.0/24')]",
    ),
    (NETWORK, "[ipv4-addr:value ISSUBSET '198.51.100.16/28']", "[ipv4-addr:value ISSUBSET '198.51.100.0/24']"),
    (NETWORK, "[ipv4-addr:value ISSUBSET '198.51.0.0/16']", "[ipv4-addr:value ISSUBSET '198.51.0.0/16']"),
    (
        NETWORK,
        "[network-traffic:dst_ref.value = '198.51.100.7' AND network-traffic:dst_port = 443]",
        "[network-traffic:dst_ref.value ISSUBSET '198.51.100.0/24' AND network-traffic:dst_port = 443]",
    ),
    (NETWORK, "[url:value = 'http://198.51.100.7/x' OR mutex:name = 'a']", "[mutex:name = 'a']"),
    (NETWORK, "[domain-name:value = 'victim.example']", "[domain-name:value = 'victim.example']"),
    # Pseudonyms.
    (PSEUDONYM, "[ipv4-addr:value = '198.51.100.7']", f"[ipv4-addr:value = '{IP}']"),
    (
        PSEUDONYM,
        "[domain-name:value IN ('victim.example', 'VICTIM[.]example')]",
        f"[domain-name:value IN ('{NAME}')]",
    ),
    (PSEUDONYM, "[email-message:from_ref.value = 'ops@victim.example']", f"[email-message:from_ref.value = '{MAIL}']"),
    (PSEUDONYM, "[url:value = 'https://victim.example/a']", f"[url:value = 'https://{NAME}/a']"),
    (PSEUDONYM, "[file:hashes.MD5 = '" + MD5 + "']", f"[file:hashes.MD5 = '{KEEPING.token('md5', MD5)}']"),
    (
        PSEUDONYM,
        "[autonomous-system:number = 64500]",
        f"[autonomous-system:number = {KEEPING.token('autonomous-system', 'AS64500').removeprefix('AS')}]",
    ),
    (PSEUDONYM, "[domain-name:value LIKE 'victim.%']", None),
    # Times.
    (
        DAY,
        "[mutex:name = 'a'] START t'2026-03-01T10:00:00Z' STOP t'2026-03-01T11:00:00Z'",
        "[mutex:name = 'a'] START t'2026-03-01T00:00:00Z' STOP t'2026-03-02T00:00:00Z'",
    ),
    (DAY, "[process:created_time > t'2026-03-01T10:00:00.5Z']", "[process:created_time > t'2026-03-01T00:00:00.000Z']"),
]


def indicator(pattern: str, **more: Any) -> dict[str, Any]:
    return {**SAMPLES["indicator"], "pattern": pattern, **more}


@pytest.mark.parametrize(("rule", "before", "after"), ROWS)
def test_a_pattern_is_rewritten(rule, before, after):
    assert patterns.check(before) == []
    if after is None:
        assert "pattern" in unmade(indicator(before), rule)
    else:
        assert made(indicator(before), rule)["pattern"] == after
        assert patterns.check(after) == []


def test_what_is_dropped_from_a_pattern_is_not_left_in_the_text():
    held = indicator(
        "[ipv4-addr:value = '198.51.100.7' OR mutex:name = 'a']",
        name="C2 at 198[.]51[.]100[.]7",
        description="Seen: http://198.51.100.7/gate, MTk4LjUxLjEwMC43 and %31%39%38.51.100.7.",
        external_references=[{"source_name": "list", "url": "https://list.example/ip/198.51.100.7"}],
        labels=["198.51.100.7", "c2"],
    )
    after = made(held, DROP)
    assert after["name"] == "C2 at [redacted]"
    assert after["description"] == "Seen: [redacted], [redacted] and [redacted]."
    assert after["labels"] == ["c2"]
    assert "external_references" not in after


def test_a_pattern_that_asks_for_nothing_stays_to_the_byte():
    before = "[ mutex:name='a'  OR mutex:name = 'b' ]"
    assert made(indicator(before), DROP)["pattern"] == before


def test_an_unusual_pattern_goes_only_if_nothing_has_to_be_done():
    unusual = "[mutex:name = 'a' /* a comment */]"
    assert made(indicator(unusual), DROP)["pattern"] == unusual
    assert "pattern" in unmade(indicator("[mutex:name = 'victim.example' /* a comment */]"), DROP)


@pytest.mark.parametrize("language", ["sigma", "yara"])
def test_a_rule_in_another_language_is_not_cut(language):
    held = indicator("alert on victim.example", pattern_type=language)
    assert "pattern" in unmade(held, DROP)
    assert made(held, PSEUDONYM)["pattern"] == f"alert on {NAME}"
    assert made(held, NETWORK)["pattern"] == held["pattern"]


@pytest.mark.corpora
@pytest.mark.parametrize("rule", [DROP, NETWORK, PSEUDONYM, DAY], ids=["drop", "network", "pseudonym", "day"])
def test_every_pattern_of_the_corpora_stays_one(corpora: Path, rule):
    lines = {
        line.strip()
        for path in sorted((corpora / "stix/pattern-examples/v21").rglob("*"))
        if path.is_file()
        for line in path.read_text(encoding="utf-8").splitlines()
    }
    valid = [line for line in sorted(lines) if line.startswith(("[", "(")) and not patterns.check(line)]
    assert len(valid) > 20
    for line in valid:
        looked_at(indicator(line), lens(rule))
