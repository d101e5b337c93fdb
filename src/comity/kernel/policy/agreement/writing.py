"""Writing an agreement as text: TOML with a heading and an explanation over each article, for people who read agreements.

Invariant: ``read(write(agreement)) == agreement``. The comments explain; what decides is what stands beside them.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from comity.kernel.policy.agreement import articles
from comity.kernel.policy.agreement.articles import Agreement, Article
from comity.kernel.policy.agreement.dates import write_date
from comity.kernel.policy.agreement.reading import FORM
from comity.kernel.policy.profile import Profile

_WIDEST: Final = 100
_RULE: Final = "# " + "-" * (_WIDEST - 2)
_HEAD: Final = """\
# An agreement about what may be released to whom. Every party's node reads this same text and decides by it.
# Lines that begin with # explain; they are no part of what is agreed. Days are days in UTC: from the first
# moment of the day in `from`, to the last moment of the day in `until`.
"""

_PROFILE: Final = (
    "# Its rules hold all together. do: drop takes a property or a value out, pseudonymise puts another in its place, generalise",
    "# makes it coarser, drop-object keeps the whole object. properties are paths; observables are kinds of values, which are",
    "# found wherever they stand in the object, also in its text.",
)

HEADINGS: Final[dict[type[Article], tuple[str, ...]]] = {
    articles.Parties: (
        "Who is bound beside those who sign",
        'Members of a community get what is up to TLP:GREEN, or as much as a signatory where members = "recipients".',
        "Clients of a party get what is up to TLP:AMBER.",
    ),
    articles.Term: ("When it holds", "Without until it holds until somebody withdraws it."),
    articles.Scope: (
        "What is covered",
        "Every condition given has to be met; the words of one condition are alternatives. Objects of an exercise are",
        "covered only where exercise = true.",
    ),
    articles.Ceiling: (
        "How far it goes at most",
        "tlp: the highest TLP that is released under it. pap: the strictest PAP that recipients undertake to keep to.",
    ),
    articles.Purposes: ("What it may be used for", "Recipients use what they get for these purposes and no others."),
    articles.Onward: (
        "To whom recipients may give it on",
        "Without such an article: to nobody. Wherever it goes, the source's TLP goes with it.",
    ),
    articles.Withhold: ("What is not released", "Whatever else this or another agreement says."),
    articles.Redact: (
        "What is released redacted only",
        "profile: one of those at the end of this text, or one that every node knows. What can't be redacted is withheld.",
    ),
    articles.Review: ("What people have to agree to", "approvers: the roles. four_eyes: two different people."),
    articles.Neighbours: (
        "References to what the recipient may not see",
        "dangle: where the recipient gets other things redacted, a pseudonym takes the reference's place. stub: an empty",
        "object of that name goes too. strip: it is taken out. withhold: what refers to such things stays here.",
    ),
    articles.Retention: ("How long recipients may keep it", "In days from when they got it."),
    articles.Attribution: (
        "Whether recipients learn who gave it",
        "anonymous: what others than the releasing party gave goes without its creator.",
    ),
    articles.PersonalData: (
        "Personal data",
        "They go only where a legal basis below covers the recipient's jurisdiction on that day. What nobody has looked",
        "at yet counts as personal. profile: where there is no basis, personal data are taken out by it, and only what then",
        "holds none goes.",
    ),
}
"""What stands over each kind of article: its heading, where it has no title, and what it means."""


def write(agreement: Agreement) -> str:
    """The text of an agreement."""
    parts = [_HEAD, _top(agreement)]
    parts += [_table("[[signatory]]", signatory) for signatory in agreement.signatories]
    parts += [_article(article) for article in agreement.articles]
    parts += [_profile(profile) for profile in agreement.profiles]
    return "\n".join(parts)


def heading(article: Article) -> str:
    """What an article is called: its title, or what its kind is called."""
    return article.title or HEADINGS[type(article)][0]


def given(held: msgspec.Struct) -> Iterator[tuple[str, Any]]:
    """The fields that say something: choices between words, and those that differ from their default."""
    for field in msgspec.structs.fields(held):
        value = getattr(held, field.name)
        chosen = isinstance(value, str) and bool(field.default)
        if chosen or value != field.default:
            yield field.encode_name, value


def _top(agreement: Agreement) -> str:
    lines = [f'comity = "{FORM}"', f"name = {_text(agreement.name)}", f"title = {_text(agreement.title)}"]
    if agreement.template:
        lines.append(f"template = {_text(agreement.template)}")
    return "\n".join(lines) + "\n"


def _article(article: Article) -> str:
    _, *explained = HEADINGS[type(article)]
    lines = [_RULE, f"# Article {article.number}: {heading(article)}", *(f"# {line}" for line in explained)]
    return "\n".join(lines) + "\n" + _table("[[article]]", article, says=str(type(article).__struct_config__.tag))


def _profile(profile: Profile) -> str:
    lines = [_RULE, f"# Profile {profile.name}: {profile.title or 'what is redacted by it'}", *_PROFILE]
    return "\n".join(lines) + "\n" + _table("[[profile]]", profile)


def _table(header: str, held: msgspec.Struct, *, says: str = "") -> str:
    """A table, with those inside it behind it: what stands in TOML after a table's header is that table's."""
    outer = header.strip("[]")
    plain: list[str] = []
    inner: list[str] = []
    for name, value in sorted(given(held), key=_first):
        if isinstance(value, msgspec.Struct):
            inner.append(_table(f"[{outer}.{name}]", value))
        elif isinstance(value, tuple) and any(isinstance(each, msgspec.Struct) for each in value):
            inner += [_table(f"[[{outer}.{name}]]", each) for each in value]
        else:
            plain.append(f"{name} = {_value(name, value)}")
    if says:
        plain.insert(1, f"says = {_text(says)}")
    return "\n".join([header, *plain, "", *inner])


def _first(given: tuple[str, Any]) -> bool:
    """The number or name and the title stand before what it says."""
    return given[0] not in {"number", "name", "title"}


def _value(name: str, value: Any) -> str:
    if isinstance(value, tuple):
        return _list(name, [_text(each) for each in value])
    if name in {"from", "until"}:
        return write_date(value, until=name == "until")
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else _text(value)


def _list(name: str, words: list[str]) -> str:
    """In one line where that is short enough, else wrapped."""
    line = ", ".join(words)
    if len(name) + len(line) + 5 <= _WIDEST:
        return f"[{line}]"
    lines, width = [""], 0
    for word in words:
        if width + len(word) + 6 > _WIDEST:
            lines.append("")
            width = 0
        lines[-1] += f"{' ' if width else '  '}{word},"
        width += len(word) + 2
    return "\n".join(["[", *lines, "]"])


def _text(value: str) -> str:
    """A basic string of TOML, which is one of JSON but for U+007F."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
