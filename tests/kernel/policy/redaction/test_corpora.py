"""Real objects through every built-in profile and some hard ones: sound, and without a trace of what had to go."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.agreement.profiles import BUILT_IN
from comity.kernel.policy.lens import Lens
from comity.kernel.policy.profile import Profile, Rule
from comity.kernel.policy.redaction import Remade, remake
from tests.kernel.policy.redaction.looking import HIDING, STAMP, left

FOLDERS = (
    "oasis-examples",
    "schema-examples",
    "coa-playbook-extension",
    "validator-v21",
    "attack-flow",
    "python-stix2-data",
)
KINDS = (
    *(
        "ipv4-addr",
        "ipv6-addr",
        "domain-name",
        "url",
        "email-addr",
        "mac-addr",
        "autonomous-system",
        "mutex",
        "file-name",
    ),
    *("windows-registry-key", "user-account", "software", "directory", "md5", "sha-1", "sha-256", "cve"),
)
PROFILES = {
    **BUILT_IN,
    "nothing": Profile("nothing", ()),
    "no-values": Profile("no-values", (Rule("drop", observables=KINDS),)),
    "other-values": Profile("other-values", (Rule("pseudonymise", observables=KINDS),)),
    "other-names": Profile(
        "other-names",
        (
            Rule(
                "pseudonymise",
                properties=("name", "aliases", "external_references.url", "kill_chain_phases.phase_name"),
            ),
            Rule("drop", properties=("x_*", "labels", "extensions.*")),
        ),
    ),
    "weeks": Profile("weeks", (Rule("generalise", to="week"),)),
}
# Of how many objects nothing may become, of all: what can't be without the value that has to go.
FEW = 0.25


def within(held: Any) -> list[dict[str, Any]]:
    if isinstance(held, list):
        return [found for each in held for found in within(each)]
    if not isinstance(held, dict):
        return []
    if "type" in held and "id" in held and held["type"] != "bundle":
        return [held]
    return [found for each in held.values() for found in within(each)]


@cache
def real(folder: Path) -> tuple[Parsed, ...]:
    """Every valid object of the smaller corpora, and every fortieth of the big one."""
    paths = [path for name in FOLDERS for path in sorted((folder / "stix" / name).rglob("*.json"))]
    big = max((folder / "stix/attack-ics").glob("*.json"))
    found: dict[bytes, Parsed] = {}
    for path in [*paths, big]:
        try:
            held = within(json.loads(path.read_bytes()))
        except ValueError:
            continue
        for each in held[::40] if path == big else held:
            result = parse(json.dumps(each).encode())
            if isinstance(result, Parsed):
                found[result.raw] = result
    return tuple(found.values())


@pytest.mark.corpora
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", sorted(PROFILES))
def test_real_objects_come_out_sound(corpora: Path, name: str):
    unmade: Counter[tuple[str, str]] = Counter()
    for each in real(corpora):
        result = remake(each, Lens("a", profiles=(PROFILES[name],), hidden="dangle"), HIDING, STAMP)
        if not isinstance(result, Remade):
            unmade[each.type, str(result.reason)] += 1
            continue
        assert parse(result.raw) == result.parsed, each.id
        assert left(result.raw, result.dropped) == [], each.id
        kept = {*each.markings, *each.granular}
        secret = [one[-36:] for one in (each.id, *each.refs) if not any(one[-36:] in other for other in kept)]
        assert left(result.raw, secret) == [], each.id
    others = sum(count for (kind, _), count in unmade.items() if not kind.endswith("-definition"))
    assert others <= FEW * len(real(corpora)), unmade.most_common(5)
