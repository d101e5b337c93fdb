"""Reading an agreement's text: TOML that a lawyer writes, into ``Agreement``, or all that is wrong with it.

Here: taking the text apart, and where in it each fault is. What holds of an agreement as a whole is ``sound``'s, whether its
names mean anything at a node ``checking``'s. Invariants: nothing is passed over, bent or completed: an unknown name, an empty
list, a word that is nearly right are faults. All faults are found at once. ``read(write(agreement)) == agreement``.
"""

import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec

from comity.kernel.policy.agreement import articles, sound, words
from comity.kernel.policy.agreement.articles import Agreement, AnyArticle, Basis, Selection, Signatory
from comity.kernel.policy.agreement.binding import Names
from comity.kernel.policy.agreement.checking import check
from comity.kernel.policy.agreement.dates import read_date
from comity.kernel.policy.agreement.findings import Finding, UnsoundAgreement
from comity.kernel.policy.agreement.lines import Lines, Place
from comity.kernel.policy.profile import Profile, Rule
from comity.kernel.policy.sentence import Sentence, says

FORM: Final = "agreement/1"
LONGEST_TEXT: Final = 262_144
LONGEST_LINE: Final = 1000
MOST: Final = 500
"""Entries of a list, and articles of an agreement."""
LARGEST: Final = 36_500
"""Days of retention: a hundred years."""

ARTICLES: Final[dict[str, type[articles.Article]]] = {
    str(each.__struct_config__.tag): each for each in get_args(AnyArticle)
}
"""Every kind of article by the word of its ``says``."""

_TOP: Final = ("comity", "name", "title", "template", "signatory", "article", "profile")
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_PARTS: Final = (Selection, Basis, Signatory, Profile, Rule)


def read(text: str) -> Agreement:
    """The agreement that a text is; raises UnsoundAgreement, which is Invalid, with all faults."""
    agreement, findings = examine(text)
    if agreement is None:
        raise UnsoundAgreement(findings)
    return agreement


def examine(text: str, names: Names | None = None) -> tuple[Agreement | None, tuple[Finding, ...]]:
    """The agreement, None where there is an error, and everything that was found, in the order of the text. Never raises.

    With ``names`` it is also checked against that directory.
    """
    if len(text) > LONGEST_TEXT:
        return None, (Finding(says("The text is too long: at most %(most)s characters.", most=str(LONGEST_TEXT))),)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, (_no_toml(error),)
    except (RecursionError, ValueError):  # ValueError: a number or a date that there is not
        return None, (Finding(says("The text can't be read as TOML.")),)
    reader = _Reader(Lines(text))
    reader.findings += _hidden(text)
    agreement = reader.agreement(table)
    for fault in sound.faults(agreement, frozenset(reader.unread)):
        reader.place(fault)
    if names is not None and not reader.unread & {"signatory", "parties", ""}:
        for fault in check(agreement, names):
            reader.place(fault)
    findings = tuple(sorted(reader.findings, key=lambda finding: finding.line))
    return (None if any(finding.is_error for finding in findings) else agreement), findings


def _no_toml(error: tomllib.TOMLDecodeError) -> Finding:
    said, _, place = str(error).rpartition(" (at ")
    line = place.removeprefix("line ").partition(",")[0]
    return Finding(
        says("The text can't be read as TOML here: %(said)s.", said=said),
        line=int(line) if line.isdecimal() else 0,
    )


def _hidden(text: str) -> list[Finding]:
    """Lines that read otherwise than they are: also in comments, for people sign what they see."""
    return [
        Finding(says("This line holds characters that don't show, or that turn what is shown around."), line=number)
        for number, line in enumerate(text.split("\n"), start=1)
        if any(unicodedata.category(each) in _INVISIBLE - {"Cc"} for each in line)
    ]


class _Reader:
    """One reading. ``unread``: kinds of what could not be read; ``numbers``: of the articles, as they came."""

    def __init__(self, lines: Lines) -> None:
        self.findings: list[Finding] = []
        self.unread: set[str] = set()
        self._lines = lines
        self._numbers: list[int] = []
        self._article = 0

    def add(self, sentence: Sentence, place: Place) -> None:
        """One more fault, in the article that is being read."""
        self.findings.append(Finding(sentence, self._article, self._lines.of(place), _field(place)))

    def place(self, fault: Finding) -> None:
        """One more fault of the whole, which knows its article and field; its line is found here."""
        steps: Place = tuple(int(step) if step.isdecimal() else step for step in fault.field.split("."))
        if fault.article in self._numbers:
            steps = ("article", self._numbers.index(fault.article), *steps)
        self.findings.append(msgspec.structs.replace(fault, line=self._lines.of(steps), field=_field(steps)))

    def agreement(self, table: Mapping[str, Any]) -> Agreement:
        """As much of it as could be read."""
        if table.get("comity") != FORM:
            self.add(
                says("The text has to begin with %(line)s, the form that it is written in.", line=f'comity = "{FORM}"'),
                ("comity",),
            )
        for name in sorted(table.keys() - set(_TOP)):
            self._unknown(name, _TOP, (name,))
        name = self._text(table.get("name", ""), ("name",), words.is_slug, _no_slug)
        if name in words.RESERVED:
            self.add(says("'%(word)s' is no name for an agreement: a page is called so.", word=name), ("name",))
        title = self._text(table.get("title", ""), ("title",))
        template = self._text(table["template"], ("template",), words.is_slug, _no_slug) if "template" in table else ""
        signatories = [
            self._struct(Signatory, each, ("signatory", index))
            for index, each in enumerate(self._tables(table, "signatory", needed=True))
        ]
        if None in signatories or not signatories:
            self.unread.add("signatory")
        found = [
            self._any_article(each, index) for index, each in enumerate(self._tables(table, "article", needed=True))
        ]
        profiles = [
            self._struct(Profile, each, ("profile", index))
            for index, each in enumerate(self._tables(table, "profile", needed=False))
        ]
        return Agreement(
            name=name,
            title=title,
            signatories=tuple(each for each in signatories if each is not None),
            articles=tuple(each for each in found if each is not None),
            template=template,
            profiles=tuple(each for each in profiles if each is not None),
        )

    def _tables(self, table: Mapping[str, Any], name: str, *, needed: bool) -> list[Any]:
        held = table.get(name, [])
        if not isinstance(held, list):
            self.add(says("%(name)s has to be written as [[%(name)s]], once for each.", name=name), (name,))
            return []
        if not held and (needed or name in table):
            self.add(says("There is no [[%(name)s]]; an agreement needs them.", name=name), (name,))
        return self._not_too_many(held, (name,))

    def _any_article(self, table: Any, index: int) -> Any:
        place: Place = ("article", index)
        held: Mapping[str, Any] = table if isinstance(table, dict) else {}
        number, kind = held.get("number"), held.get("says")
        self._article = number if type(number) is int and 0 < number <= LARGEST else index + 1
        self._numbers.append(self._article)
        if type(number) is int and number != index + 1:
            self.add(
                says(
                    "Articles are numbered 1, 2, 3 and so on, in order: number has to be %(expected)s here.",
                    expected=str(index + 1),
                ),
                (*place, "number"),
            )
        known = ARTICLES.get(kind) if isinstance(kind, str) else None
        read = None
        if known is None:
            self._no_word(kind, tuple(ARTICLES), (*place, "says"))
        else:
            read = self._struct(known, {name: each for name, each in held.items() if name != "says"}, place)
        if read is None:
            self.unread.add(str(known.__struct_config__.tag) if known else "")
        self._article = 0
        return read

    def _struct(self, kind: type[msgspec.Struct], table: Any, place: Place) -> Any:
        """A table as a struct; None, with its faults, where it is none."""
        if not isinstance(table, dict):
            self.add(says("This has to be a table of names and values."), place)
            return None
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        hints = get_type_hints(kind)
        before = len(self.findings)
        for name in sorted(table.keys() - fields.keys()):
            self._unknown(name, tuple(fields), (*place, name))
        values = {}
        for name, field in fields.items():
            if name in table:
                values[field.name] = self._value(kind, name, hints[field.name], table[name], (*place, name))
            elif field.required:
                self._missing(name, _known(hints[field.name], name), (*place, name))
        return kind(**values) if len(self.findings) == before else None

    def _value(self, kind: type, name: str, hint: Any, value: Any, place: Place) -> Any:
        """One value, as its field asks for it."""
        if name in {"from", "until"}:
            return self._date(value, place, until=name == "until")
        if hint is int:
            return self._whole(value, place)
        if hint == bool | None or hint is bool:
            return self._flag(value, place)
        if hint in _PARTS:
            return self._struct(hint, value, place)
        test, otherwise = _FORMS.get((kind, name), (None, None))
        if get_origin(hint) is not tuple:
            return self._word(value, place, _known(hint, name), test, otherwise)
        (each, _) = get_args(hint)
        held = enumerate(self._list(value, place))
        if each in _PARTS:
            return tuple(self._struct(each, item, (*place, index)) for index, item in held)
        return tuple(self._word(item, place, _known(each, name), test, otherwise) for _, item in held)

    def _word(
        self, value: Any, place: Place, known: tuple[str, ...], test: "Test | None", otherwise: "Otherwise | None"
    ) -> str:
        """A text; where words are known, one of these or one that passes the test."""
        if known and not (isinstance(value, str) and (value in known or (test is not None and test(value)))):
            self._no_word(value, known, place)
            return ""
        return self._text(value, place, None if known else test, otherwise)

    def _text(self, value: Any, place: Place, test: "Test | None" = None, otherwise: "Otherwise | None" = None) -> str:
        if not isinstance(value, str):
            self.add(says("%(name)s has to be a text in quotation marks.", name=_last(place)), place)
        elif not value.strip():
            self.add(says("%(name)s is missing or empty.", name=_last(place)), place)
        elif len(value) > LONGEST_LINE or any(unicodedata.category(each) in _INVISIBLE for each in value):
            self.add(
                says(
                    "%(name)s has to be one line of at most %(most)s visible characters.",
                    name=_last(place),
                    most=str(LONGEST_LINE),
                ),
                place,
            )
        elif test is not None and otherwise is not None and not test(value):
            self.add(otherwise(value[:80]), place)
        else:
            return value
        return ""

    def _list(self, value: Any, place: Place) -> list[Any]:
        if not isinstance(value, list):
            self.add(says("%(name)s has to be a list in square brackets.", name=_last(place)), place)
            return []
        if not value:
            self.add(
                says(
                    "%(name)s is an empty list, which one may read as nobody and another as everybody: name at least one, or "
                    "leave it out.",
                    name=_last(place),
                ),
                place,
            )
        held = self._not_too_many(value, place)
        texts = [each for each in held if isinstance(each, str)]
        for each in dict.fromkeys(each for index, each in enumerate(texts) if each in texts[:index]):
            self.add(says("'%(word)s' stands in the list more than once.", word=each[:80]), place)
        return held

    def _not_too_many(self, held: list[Any], place: Place) -> list[Any]:
        if len(held) > MOST:
            self.add(says("There are more than %(most)s of these.", most=str(MOST)), place)
        return held[:MOST]

    def _date(self, value: Any, place: Place, *, until: bool) -> int | None:
        try:
            return read_date(value, until=until)
        except ValueError:
            self.add(
                says(
                    "%(name)s is no date: write a day (2027-06-30, in UTC) or a moment with its zone (2027-06-30T12:00:00Z), "
                    "from 1900 to 2999.",
                    name=_last(place),
                ),
                place,
            )
            return None

    def _flag(self, value: Any, place: Place) -> bool:
        if type(value) is not bool:
            self.add(says("%(name)s has to be true or false.", name=_last(place)), place)
        return value is True

    def _whole(self, value: Any, place: Place) -> int:
        if type(value) is not int or not 1 <= value <= LARGEST:
            self.add(
                says("%(name)s has to be a whole number from 1 to %(most)s.", name=_last(place), most=str(LARGEST)),
                place,
            )
            return 0
        return value

    def _unknown(self, name: str, known: tuple[str, ...], place: Place) -> None:
        meant = words.near(name, known)
        if meant:
            self.add(says("%(name)s is not known here; did you mean %(meant)s?", name=name[:80], meant=meant), place)
        else:
            self.add(
                says("%(name)s is not known here; known are: %(known)s.", name=name[:80], known=words.listed(known)),
                place,
            )

    def _missing(self, name: str, known: tuple[str, ...], place: Place) -> None:
        if known:
            self.add(says("%(name)s is missing; it is one of: %(known)s.", name=name, known=words.listed(known)), place)
        else:
            self.add(says("%(name)s is missing.", name=name), place)

    def _no_word(self, value: Any, known: tuple[str, ...], place: Place) -> None:
        meant = words.near(value, known) if isinstance(value, str) else ""
        if value is None:
            self._missing(_last(place), known, place)
        elif meant:
            self.add(
                says("'%(word)s' is no known word; did you mean '%(meant)s'?", word=value[:80], meant=meant), place
            )
        else:
            self.add(
                says(
                    "'%(word)s' is no known word; known are: %(known)s.",
                    word=str(value)[:80],
                    known=words.listed(known),
                ),
                place,
            )


Test = Callable[[str], bool]
Otherwise = Callable[[str], Sentence]


def _no_slug(word: str) -> Sentence:
    return says(
        "'%(word)s' can't stand here: use lower-case letters, digits and single hyphens between them, at most 63 in all.",
        word=word,
    )


def _no_party(word: str) -> Sentence:
    return says(
        "'%(word)s' names no party: write its slug, the id of its identity, or ourselves for whoever releases.",
        word=word,
    )


def _no_path(word: str) -> Sentence:
    return says(
        "'%(word)s' is no path to a property: names joined by dots, with * for any name: hashes.*, contact_information.",
        word=word,
    )


def _no_identity(word: str) -> Sentence:
    return says("'%(word)s' is not the id of an identity: identity-- and a UUID in small letters.", word=word)


def _no_jurisdiction(word: str) -> Sentence:
    return says(
        "'%(word)s' is no jurisdiction: a code of ISO 3166-1 in two capital letters, EU, UN, or XA to XZ.", word=word
    )


_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "types": words.TYPES,
    "tlp": words.TLP_WORDS,
    "pap": words.PAP_WORDS,
    "channels": words.CHANNELS,
    "approvers": words.APPROVERS,
    "observables": words.OBSERVABLES,
}
"""Which words a field of that name takes, where its type doesn't say."""

_FORMS: Final[dict[tuple[type, str], tuple[Test, Otherwise]]] = {
    (Selection, "types"): (words.is_type, _no_slug),
    (Selection, "collections"): (words.is_slug, _no_slug),
    (Selection, "sources"): (words.is_party, _no_party),
    (Signatory, "identity"): (words.is_identity, _no_identity),
    (Signatory, "party"): (words.is_slug, _no_slug),
    (Signatory, "jurisdiction"): (words.is_jurisdiction, _no_jurisdiction),
    (Basis, "to"): (words.is_jurisdiction, _no_jurisdiction),
    (articles.Parties, "communities"): (words.is_slug, _no_slug),
    (articles.Onward, "communities"): (words.is_slug, _no_slug),
    (articles.Onward, "parties"): (words.is_party, _no_party),
    (articles.Redact, "profile"): (words.is_slug, _no_slug),
    (articles.PersonalData, "profile"): (words.is_slug, _no_slug),
    (Profile, "name"): (words.is_slug, _no_slug),
    (Rule, "types"): (words.is_type, _no_slug),
    (Rule, "properties"): (words.is_path, _no_path),
}
"""How what stands in a field is written, and what is said where it is not."""


def _known(hint: Any, name: str) -> tuple[str, ...]:
    """The words that a field takes; none where it takes any text."""
    if get_origin(hint) is tuple:
        hint = get_args(hint)[0]
    choices = [each for each in (hint, *get_args(hint)) if get_origin(each) is Literal]
    return tuple(word for each in choices for word in get_args(each) if word) or _WORDS.get(name, ())


def _field(place: Place) -> str:
    shown = place[2:] if place[:1] in {("article",), ("signatory",), ("profile",)} and len(place) > 1 else place
    return ".".join(str(step) for step in shown if isinstance(step, str))


def _last(place: Place) -> str:
    return next((step for step in reversed(place) if isinstance(step, str)), "")
