"""Random valid objects of every type in which marks stand: texts that can be told from anything else, in every form."""

from typing import Any

from hypothesis import strategies as st

from comity.kernel.objects.ids import SCO_TYPES
from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.policy.profile import Rule
from comity.kernel.policy.redaction import traces
from tests.kernel.objects.samples import LATER, SAMPLES, WHEN, ref

TYPES = sorted(SAMPLES.keys() - {"marking-definition", "extension-definition"})
MARKS = {
    "domain-name": "qz7kd.example",
    "ipv4-addr": "203.0.113.77",
    "email-addr": "qz7mx@qz7kd.example",
    "url": "https://www.qz7kd.example/pay?x=1",
    "md5": "0123456789abcdef0123456789abcdef",
    "user-account": "qz7.kim.minji",
    "text": "Qz7 Harbour Works",
    "korean": "큐즈항만공사",
}
GREEN, RED = TLP_IDS[Tlp.GREEN], TLP_IDS[Tlp.RED]
KINDS = ("domain-name", "ipv4-addr", "email-addr", "url", "md5", "user-account", "file-name", "mac-addr", "cve")
NAMES = (
    "name",
    "description",
    "aliases",
    "labels",
    "external_references",
    "external_references.url",
    "x_notes",
    "x_*",
    "x_deep.*.of",
)

marks = st.sampled_from(sorted(MARKS.values()))
forms = marks.flatmap(lambda mark: st.sampled_from(traces(mark)))
words = st.sampled_from(["seen at", "against", "(see", "항만에서", "50%", "C:\\x\\", "[1]", "—", "\n", "a.b", "'s"])
texts = st.lists(st.one_of(words, forms, forms), min_size=1, max_size=6).map(" ".join)
citations = st.fixed_dictionaries(
    {"source_name": texts},
    optional={"description": texts, "external_id": st.just("X-1"), "url": marks.map("https://c.example/{}".format)},
).filter(lambda each: len(each) > 1)
custom = st.recursive(
    st.one_of(texts, st.integers(-5, 5), st.booleans(), st.just(WHEN), st.just(ref("tool"))),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3),
        st.dictionaries(st.sampled_from(["of", "at_ref", "seen", "hashes_x"]), inner, min_size=1),
    ),
    max_leaves=6,
)
additions = st.fixed_dictionaries(
    {},
    optional={
        "description": texts,
        "aliases": st.lists(texts, min_size=1, max_size=3),
        "labels": st.lists(texts, min_size=1, max_size=3),
        "external_references": st.lists(citations, min_size=1, max_size=3),
        "x_notes": texts,
        "x_deep": custom,
        "created_by_ref": st.just(ref("identity")),
    },
)
PATTERNS = [
    "[ipv4-addr:value = '203.0.113.77' OR mutex:name = 'kept mutex']",
    "[domain-name:value = 'qz7kd.example'] FOLLOWEDBY [mutex:name = 'kept mutex']",
    "[email-message:from_ref.value = 'qz7mx@qz7kd.example' AND email-message:subject = 'Invoice for you']",
    "[url:value LIKE 'https://www.qz7kd.example/%'] OR [file:hashes.MD5 = '0123456789abcdef0123456789abcdef']",
    "[user-account:account_login IN ('qz7.kim.minji', 'other one')] START t'2026-03-01T10:00:00Z' STOP t'2026-03-01T11:00:00Z'",
]
rules = st.one_of(
    st.builds(
        Rule,
        st.sampled_from(["drop", "pseudonymise"]),
        observables=st.lists(st.sampled_from(KINDS), min_size=1, max_size=4).map(tuple),
    ),
    st.builds(
        Rule,
        st.sampled_from(["drop", "pseudonymise"]),
        properties=st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(tuple),
    ),
    st.builds(Rule, st.just("generalise"), to=st.sampled_from(["day", "week", "month", "network"])),
    st.just(Rule("generalise", types=("identity",), to="sector-and-country")),
)


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    """A valid object of any type."""
    kind = draw(st.sampled_from(TYPES))
    held = dict(SAMPLES[kind])
    more = draw(additions)
    if kind in SCO_TYPES or kind == "language-content":
        more = {name: value for name, value in more.items() if name.startswith("x_")}
    held |= {
        name: value
        for name, value in more.items()
        if name not in {"description", "aliases"} or kind in _DESCRIBED.get(name, ())
    }
    if kind == "indicator":
        held["pattern"] = draw(st.sampled_from(PATTERNS))
        held["valid_until"] = LATER
    if draw(st.booleans()):
        held["granular_markings"] = draw(_markings(held))
    return held


_DESCRIBED = {
    "description": frozenset(TYPES)
    - SCO_TYPES
    - {"note", "opinion", "observed-data", "malware-analysis", "language-content"},
    "aliases": {"campaign", "attack-pattern", "malware", "threat-actor", "tool", "intrusion-set", "infrastructure"},
}


@st.composite
def _markings(draw: st.DrawFn, held: dict[str, Any]) -> list[dict[str, Any]]:
    names = [
        name for name in held if name not in {"type", "id", "spec_version", "created", "modified", "granular_markings"}
    ]
    selectors = names + [
        f"{name}.[{at}]" for name in names if isinstance(held[name], list) for at in range(len(held[name]))
    ]
    chosen = st.lists(st.sampled_from(selectors), min_size=1, max_size=4, unique=True)
    return [
        {"marking_ref": draw(st.sampled_from([GREEN, RED])), "selectors": draw(chosen)}
        for _ in range(draw(st.integers(1, 3)))
    ]
