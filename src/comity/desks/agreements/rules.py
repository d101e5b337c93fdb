"""Rules of the agreements desk: who may do what, how an agreement stands, what its articles are called. Pure."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

from comity.desks.agreements.objects import PATH, Article, Notice, ProfileText
from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import NodeError
from comity.kernel.directory.roles import EVERYONE, Role
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement import articles
from comity.kernel.policy.agreement.articles import Agreement, AnyArticle
from comity.kernel.policy.agreement.sentences import kind_of as kind_of_article
from comity.kernel.policy.agreement.sentences import profiles as profiles_in
from comity.kernel.policy.agreement.sentences import sentences as sentences_of
from comity.kernel.policy.decision import Decision, Effect
from comity.kernel.store.answers import Form as GoesAs
from comity.kernel.store.answers import Matrix, MatrixRow, Tally
from comity.kernel.store.types import AgreementRow
from comity.web.charts import matrix
from comity.web.notices import Meaning
from comity.web.portraits.kinds import UNKNOWN, kind_of
from comity.web.tables import Mark
from comity.web.words import Phrase, Told, msgid, outside, plural, told_by

READ: Final = "agreements.read"
DRAFT: Final = "agreements.draft"
SIGN: Final = "agreements.sign"
READERS: Final = EVERYONE - {Role.ADMINISTRATOR}
DRAFTERS: Final = frozenset({Role.ANALYST, Role.DUTY_OFFICER, Role.LEGAL, Role.DIPLOMAT})
SIGNERS: Final = frozenset({Role.APPROVER, Role.LEGAL})

DAY: Final[Micros] = 86_400_000_000
SOON: Final[Micros] = 30 * DAY
TAKEN: Final = frozenset({"new", "drafts", "accept", "answered", "matrix", "time"})
"""Names that are addresses of pages; an agreement of that name would have none."""
_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_NAME: Final = 63

MEANINGS: Final[dict[str, Meaning]] = {
    "release": "released",
    "redact": "partly",
    "review": "review",
    "withhold": "withheld",
}
EFFECT_WORDS: Final[dict[str, str]] = {
    "release": msgid("Released"),
    "redact": msgid("Redacted"),
    "review": msgid("Review"),
    "withhold": msgid("Withheld"),
}

_LISTS: Final = (articles.Scope, articles.Withhold, articles.Redact, articles.Review, articles.Purposes)
"""Kinds whose first sentence is followed by a list of conditions."""
_BINDING: Final = (articles.Parties, articles.Term, articles.Purposes, articles.Retention)
"""Kinds that say who and how long, or bind whoever receives: they rarely decide by themselves."""


SAID: Final[dict[str, str]] = {
    "agreement-exists": msgid(
        "An agreement of this name with others is here already. Ask them to give theirs another name."
    ),
    "agreement-later": msgid("A later version of it is here already. Offer them ours."),
    "agreement-object": msgid("The agreement in the file can't be read. Ask whoever sent it for it anew."),
    "agreement-signature": msgid("It is not signed by us under our present identity. Sign it anew."),
    "agreement-state": msgid("It stands otherwise by now. Look at it again."),
    "agreement-withdrawn": msgid("It is withdrawn. Only a new version, signed anew, would hold."),
    "answer": msgid("This file is no answer. Ask whoever sent it for it anew."),
    "answer-unknown": msgid("It answers no agreement of this node."),
    "answer-version": msgid("It answers an earlier version. Give them the offer of the present one."),
    "not-a-signatory": msgid("We are not among those who sign it. Tell them the identity of our party."),
    "offer": msgid("This file is no offer of theirs: it is broken, or it is our own."),
    "offer-date": msgid("It is dated in the future. Compare the clocks of both nodes, and ask for it anew."),
    "offer-identity": msgid(
        "The text lacks the identity by which another node would know a party. Write a new version with it."
    ),
    "own-identity": msgid(
        "Our party has no identity to sign with. An administrator gives it one: comity party identity."
    ),
    "signature": msgid(
        "A signature does not hold: the file was changed on its way, or somebody else made it. Ask for it anew, on another way."
    ),
    "signer": msgid("The signatures in the file are not those that the text asks for."),
    "signer-keys": msgid(
        "They signed with other keys than were expected. Ask them on another way; if the keys are theirs, type the fingerprint "
        "that they read out to you."
    ),
    "signer-unknown": msgid(
        "Whoever signed it is no party of this node. An administrator says whose identity that is: comity party identity."
    ),
}
"""What the node refuses with, for whoever reads it in another language; the node's own words stand behind."""


def refusal(error: NodeError) -> Told:
    """Why the node refused, in the reader's language where we have words for it."""
    said = SAID.get(error.code)
    if said is None:
        return outside(" ".join(filter(None, (str(error), error.hint))))
    return Phrase("%(said)s (%(detail)s)", {"detail": str(error)}, lists={"said": (said,)})


def state_of(row: AgreementRow, now: Micros) -> Mark:
    """How an agreement stands."""
    since, until = term_of(row.agreement)
    if row.superseded is not None:
        return Mark("withheld", msgid("Superseded"))
    if row.withdrawn is not None:
        return Mark("withheld", msgid("Withdrawn"))
    if row.suspended is not None:
        return Mark("withheld", msgid("Suspended"))
    if until is not None and until <= now:
        return Mark("withheld", msgid("Lapsed"))
    if row.ours is None:
        return Mark("review", msgid("Waits for our signature"))
    if since is not None and since > now:
        return Mark("partly", msgid("Begins later"))
    if not signed_by_all(row):
        return Mark("partly", msgid("Signed by us"))
    return Mark("review", msgid("Ends soon")) if ends_soon(row, now) else Mark("released", msgid("In force"))


def holds(row: AgreementRow, now: Micros) -> bool:
    """Whether it opens anything on this day."""
    since, until = term_of(row.agreement)
    begun = since is None or since <= now
    lasts = until is None or now < until
    ended = (row.suspended, row.withdrawn, row.superseded)
    return begun and lasts and row.ours is not None and all(each is None for each in ended)


def decides(row: AgreementRow, now: Micros) -> bool:
    """Whether its articles decide anything on this day: one that is suspended or over goes on keeping back until withdrawn."""
    since, _ = term_of(row.agreement)
    begun = since is None or since <= now
    return begun and row.ours is not None and row.withdrawn is None and row.superseded is None


def ends_soon(row: AgreementRow, now: Micros) -> bool:
    """Whether it holds now and no longer in thirty days."""
    until = term_of(row.agreement)[1]
    return holds(row, now) and until is not None and until - now <= SOON


def waits(row: AgreementRow, now: Micros) -> bool:
    """Whether the other side's signature is still to come."""
    return holds(row, now) and not signed_by_all(row)


def signed_by_all(row: AgreementRow) -> bool:
    """Whether nobody's signature is missing; an agreement with a community may have our own alone."""
    return row.ours is not None and (row.theirs is not None or len(row.agreement.signatories) == 1)


def term_of(agreement: Agreement) -> tuple[Micros | None, Micros | None]:
    """From when until when it holds; None where the text says nothing."""
    terms = [each for each in agreement.articles if isinstance(each, articles.Term)]
    sinces = [each.since for each in terms if each.since is not None]
    untils = [each.until for each in terms if each.until is not None]
    return max(sinces, default=None), min(untils, default=None)


def ceiling_of(agreement: Agreement) -> Tlp | None:
    """The highest TLP that it releases; None where it names none that is known."""
    for each in agreement.articles:
        if isinstance(each, articles.Ceiling):
            try:
                return Tlp.parse(each.tlp)
            except ValueError:
                return None
    return None


_COMMUNITY_ONLY: Final = (
    msgid("With the community %(communities)s."),
    msgid("With the community %(communities)s, up to %(ceiling)s."),
)


def sentence_of(agreement: Agreement, others: Sequence[str]) -> Told:
    """What it is, in one sentence."""
    ceiling = ceiling_of(agreement)
    parts = {"parties": ", ".join(others), "ceiling": ceiling.label if ceiling is not None else ""}
    communities = [
        name for each in agreement.articles if isinstance(each, articles.Parties) for name in each.communities
    ]
    if communities:
        parts["communities"] = ", ".join(communities)
        if not others:
            without, with_ceiling = _COMMUNITY_ONLY
            return Phrase(without if ceiling is None else with_ceiling, parts)
        if ceiling is None:
            return Phrase(msgid("With %(parties)s and the community %(communities)s."), parts)
        return Phrase(msgid("With %(parties)s and the community %(communities)s, up to %(ceiling)s."), parts)
    if ceiling is None:
        return Phrase(msgid("With %(parties)s."), parts)
    return Phrase(msgid("With %(parties)s, up to %(ceiling)s."), parts)


def notices_of(row: AgreementRow, now: Micros) -> tuple[Notice, ...]:
    """What is to be known of it at once."""
    since, until = term_of(row.agreement)
    if row.withdrawn is not None:
        return (Notice("withheld", msgid("Withdrawn"), msgid("It opens nothing any more, since:"), row.withdrawn),)
    if row.superseded is not None:
        return (Notice("withheld", msgid("Superseded"), msgid("A newer version took its place:"), row.superseded),)
    found = []
    if row.suspended is not None:
        said = msgid("It opens nothing until it is resumed. Suspended since:")
        found.append(Notice("withheld", msgid("Suspended"), said, row.suspended))
    if until is not None and until <= now:
        found.append(Notice("withheld", msgid("Lapsed"), msgid("What it had opened closed by itself:"), until))
    elif ends_soon(row, now):
        found.append(Notice("review", msgid("Ends soon"), msgid("What it opens closes by itself:"), until))
    if since is not None and since > now:
        found.append(Notice("partly", msgid("Begins later"), msgid("It opens nothing before:"), since))
    if row.ours is None:
        said = msgid("The other side has signed, we have not: nothing goes out by it.")
        found.append(Notice("review", msgid("Waits for our signature"), said))
    elif waits(row, now):
        said = msgid(
            "We give by it already. What it asks of them binds them when they have signed: give them the offer, "
            "and take in their answer."
        )
        found.append(Notice("partly", msgid("Waits for their signature"), said))
    return tuple(found)


def articles_of(agreement: Agreement, tallies: Mapping[int, Tally] | None = None) -> tuple[Article, ...]:
    """All articles as people read them, with what each decides where that is known."""
    said = {number: tuple(map(told_by, sentences)) for number, _, sentences in sentences_of(agreement)}
    return tuple(_article(each, said.get(each.number, ()), tallies) for each in agreement.articles)


def profiles_of(agreement: Agreement, tallies: Mapping[int, Tally] | None = None) -> tuple[ProfileText, ...]:
    """The profiles that count in it, with the articles that name each, and how much these decide where that is known."""
    own = {each.name for each in agreement.profiles}
    found = []
    for name, title, sentences in profiles_in(agreement):
        numbers = tuple(each.number for each in agreement.articles if getattr(each, "profile", "") == name)
        touched = None if tallies is None else sum(tallies.get(number, Tally()).total for number in numbers)
        found.append(
            ProfileText(
                name=name,
                title=title,
                ours=name in own,
                sentences=tuple(map(told_by, sentences)),
                articles=numbers,
                touches=touched,
            )
        )
    return tuple(found)


def _article(article: AnyArticle, sentences: tuple[Phrase, ...], tallies: Mapping[int, Tally] | None) -> Article:
    tally = tallies.get(article.number, Tally()) if tallies is not None else Tally()
    silent = tallies is None or (isinstance(article, _BINDING) and not tally.total)
    return Article(
        number=article.number,
        listed=isinstance(article, _LISTS),
        title=outside(article.title) if article.title else told_by(kind_of_article(article)),
        sentences=sentences,
        decided=None if silent else matrix.cell(counts_of(tally)),
    )


def counts_of(tally: Tally) -> matrix.Counts:
    """A tally as the meanings that pages use."""
    return {meaning: getattr(tally, effect) for effect, meaning in MEANINGS.items()}


def total_of(row: MatrixRow) -> Tally:
    """All that a party's row holds."""
    return Tally(
        release=sum(each.release for each in row.cells),
        redact=sum(each.redact for each in row.cells),
        review=sum(each.review for each in row.cells),
        withhold=sum(each.withhold for each in row.cells),
    )


def finding_of(found: Matrix, names: Mapping[int, str]) -> Told:
    """What the matrix shows, as a sentence."""
    totals = [(total_of(row), names.get(row.party, "")) for row in found.rows]
    most = max(totals, key=lambda each: each[0].release, default=None)
    if most is None or not most[0].total:
        return msgid("Who gets what")
    tally, party = most
    if not tally.release:
        return msgid("No partner gets anything of what is held")
    parts = {"party": party, "total": f"{tally.total:,}"}
    if tally.release == tally.total:
        return Phrase(msgid("%(party)s gets everything that is held"), parts)
    if len(totals) == 1:
        return plural(
            "%(party)s gets %(num)s of %(total)s", "%(party)s gets %(num)s of %(total)s", tally.release, **parts
        )
    return plural(
        "%(party)s gets the most: %(num)s of %(total)s",
        "%(party)s gets the most: %(num)s of %(total)s",
        tally.release,
        **parts,
    )


def shows(decision: Decision, meant: Effect, form: GoesAs | None) -> bool:
    """Whether a decision shows an effect by what an agreement or a caveat says. What goes as it is after all is a release; what
    goes under other names only because of what it names shows nothing that an article says. ``form``: of what is redacted.
    """
    if decision.reasons[0].clause in _SAYS_LITTLE:
        return False
    if decision.effect is not Effect.REDACT:
        return decision.effect is meant
    if meant is Effect.RELEASE:
        return form == "whole"
    return form == "made" and decision.lens is not None and decision.lens.changes


def shown_why(decision: Decision, meant: Effect) -> Told:
    """Why it is so, in one sentence."""
    if meant is Effect.RELEASE and decision.effect is not meant:
        return msgid("All that it names is open to them as well: it goes as it is.")
    return told_by(decision.reasons[0].internal)


_SAYS_LITTLE: Final = frozenset({"TAXII 2.1 5.2.1 can_read", "FIRST TLP 2.0 3"})
"""Clauses that would decide so without any agreement."""


def column_of(feature: str, value: str, names: Mapping[str, str]) -> matrix.Column:
    """A column of the matrix, by what people call it. ``names`` are those of parties or collections, by slug."""
    if feature == "tlp":
        level = Tlp.parse(value)
        return matrix.Column(value, outside(level.label), level.word.partition("+")[0])
    if feature == "type":
        kind = kind_of(value)
        return matrix.Column(value, outside(value) if kind is UNKNOWN else kind.word)
    return matrix.Column(value, outside(names.get(value, value)))


def name_fault(name: str) -> Told:
    """What is wrong with the short name of an agreement; empty for a good one."""
    if not _SLUG.fullmatch(name) or len(name) > LONGEST_NAME:
        return msgid("Small letters, digits and single hyphens between them, at most 63.")
    return msgid("This name is taken by a page of this desk. Choose another one.") if name in TAKEN else ""


def digest_of(text: str) -> str:
    """What a draft is known by between looking at it and signing it."""
    return sha256(text.encode()).hexdigest()


def path_of(name: str) -> str:
    """The path of an agreement's page."""
    return f"{PATH}/{name}"


def draft_path(name: str) -> str:
    """The path of a draft's page."""
    return f"{PATH}/drafts/{name}"
