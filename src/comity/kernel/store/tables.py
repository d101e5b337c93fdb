"""The tables, as SQLAlchemy Core sees them. The schema itself is made by ``migrations``; a test holds the two equal.

SQLite keeps references, observables and full text as tokens of one contentless FTS5 table (``search``); PostgreSQL keeps
them in ``edge``, ``observable`` and ``search_text``. Everything else is the same on both.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()

# -- one row: the counters that every commit takes last
counter = Table(
    "counter",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("claim", BigInteger, nullable=False),
    Column("leaf", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
)
# -- first claim of each commit and its date: the date of claim n is at + (n - claim)
tick = Table(
    "tick",
    metadata,
    Column("claim", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False, unique=True),
)
setting = Table(
    "setting", metadata, Column("name", Text, primary_key=True), Column("value", LargeBinary, nullable=False)
)

# -- objects
kind = Table(
    "kind",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
)
held = Table(
    "held",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("modified", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("body", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
version = Table(
    "version",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("key", LargeBinary, nullable=False),
    Column("modified", BigInteger, nullable=False),
    Column("creator", Integer),
    Column("same", BigInteger),
    Column("digest", LargeBinary, nullable=False),
    Column("conflict", Boolean, nullable=False),
    Column("raw", LargeBinary, nullable=False),
)
claim = Table(
    "claim",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("body", BigInteger, nullable=False),
    Column("label", Integer, nullable=False),
    Column("shape", Integer, nullable=False),
    Column("source", Integer, nullable=False),
    Column("flags", Integer, nullable=False),
    Column("leaf", BigInteger, nullable=False),
    Index("claim_label", "label", "seq"),
    Index("claim_version", "version"),
)

# -- policy
label = Table(
    "label",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("source", Integer, nullable=False),
    Column("collection", Integer, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("features", Text, nullable=False, unique=True),
    Column("claims", BigInteger, nullable=False),
    Column("due", BigInteger),  # the next moment at which a date of its own comes
    Index("label_due", "due"),
    Index("label_source", "source"),
)
shape = Table(
    "shape",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("label", Integer, nullable=False),
    Column("needs", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
)
grant = Table(
    "grants",
    metadata,
    Column("party", Integer, primary_key=True, autoincrement=False),
    Column("label", Integer, primary_key=True, autoincrement=False),
    Column("opened", Integer, primary_key=True, autoincrement=False),
    Column("closed", BigInteger),
    Column("until", BigInteger),  # known beforehand: from then on it is closed, whether or not anybody has written so
    Column("cause", Text),  # of its closing: the name of the agreement that was changed or lapsed
)
opening = Table(
    "opening",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("claim", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)
# -- claims as they stood until they were labelled, shaped or placed anew: what could be seen on an earlier day
past = Table(
    "past",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("until", BigInteger, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("body", BigInteger, nullable=False),
    Column("label", Integer, nullable=False),
    Column("shape", Integer, nullable=False),
    Column("source", Integer, nullable=False),
    Column("flags", Integer, nullable=False),
    Column("leaf", BigInteger, nullable=False),
    Index("past_version", "version"),
    Index("past_until", "until"),
    sqlite_with_rowid=False,
)
# -- claims whose shape waits for a guessable neighbour that is not held; keys whose referrers are to be shaped anew
waiting = Table(
    "waiting",
    metadata,
    Column("target", LargeBinary, primary_key=True),
    Column("claim", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
reshape = Table(
    "reshape",
    metadata,
    Column("target", LargeBinary, primary_key=True),
    Column("after", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# -- ledger
leaf = Table(
    "leaf",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Integer, nullable=False),
    Column("subject", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("salt", LargeBinary),
    Column("commitment", LargeBinary, nullable=False),
)

# -- exchange
status = Table(
    "status",
    metadata,
    Column("id", Text, primary_key=True),
    Column("party", Integer, nullable=False),
    Column("requested", BigInteger, nullable=False),
    Column("total", Integer, nullable=False),
    Column("success", Integer, nullable=False),
    Column("pending", Integer, nullable=False),
    Column("failures", Text, nullable=False),
)
intake = Table(
    "intake",
    metadata,
    Column("status", Text, primary_key=True),
    Column("collection", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
cursor = Table(
    "cursor", metadata, Column("name", Text, primary_key=True), Column("position", BigInteger, nullable=False)
)
lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
)

# -- directory
party = Table(
    "party",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("tlp_max", Integer, nullable=False),
    Column("own", Boolean, nullable=False),
    Column("identity", Text),
    Column("created", BigInteger, nullable=False),
    Column("client_of", Integer),
)
community = Table(
    "community",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
)
community_member = Table(
    "community_member",
    metadata,
    Column("community", Integer, primary_key=True, autoincrement=False),
    Column("party", Integer, primary_key=True, autoincrement=False),
)
# -- an agreement in one version: as text, as data, and since when it is signed, suspended, withdrawn, superseded
agreement = Table(
    "agreement",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("articles", Text, nullable=False),  # the agreement's struct as JSON
    Column("object", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("ours", BigInteger),
    Column("theirs", BigInteger),
    Column("suspended", BigInteger),
    Column("withdrawn", BigInteger),
    Column("superseded", BigInteger),
    Column("due", BigInteger),  # the next moment at which a date in it comes
    Index("agreement_version", "name", "version", unique=True),
    Index("agreement_due", "due"),
)
# -- whom an agreement has ever bound: what that party gave under it stays under its word
bound_once = Table(
    "bound_once",
    metadata,
    Column("agreement", Text, primary_key=True),
    Column("party", Integer, primary_key=True, autoincrement=False),
)
agreement_draft = Table(
    "agreement_draft",
    metadata,
    Column("name", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("account", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)
collection = Table(
    "collection",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uuid", Text, nullable=False, unique=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("tlp", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
)
access = Table(
    "access",
    metadata,
    Column("collection", Integer, primary_key=True, autoincrement=False),
    Column("party", Integer, primary_key=True, autoincrement=False),
    Column("read", Boolean, nullable=False),
    Column("write", Boolean, nullable=False),
)
token = Table(
    "token",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("party", Integer, nullable=False),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("scope", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger),
    Column("last_used", BigInteger),
    Column("revoked", BigInteger),
)
account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("roles", Text, nullable=False),  # slugs, sorted, separated by spaces
    Column("created", BigInteger, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("password", Text),  # Argon2id, encoded with its parameters
    Column("totp", LargeBinary),  # sealed by the vault
    Column("totp_step", BigInteger),  # the last time step that was used: none twice (RFC 6238 5.2)
    Column("language", Text, nullable=False),  # "": as the browser asks
)
link = Table(
    "link",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("account", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("used", BigInteger),
    Column("purpose", Text, nullable=False),  # sign-in, invitation, recovery
)
session = Table(
    "session",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("account", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("method", Text, nullable=False),  # link, password, passkey
    Column("seen", BigInteger, nullable=False),
    Column("confirmed", BigInteger),  # when the person last proved who they are (step-up)
    Column("agent", Text, nullable=False),
    Column("network", Text, nullable=False),
    Index("session_account", "account"),
)
# -- a WebAuthn credential (W3C WebAuthn Level 3 section 4)
passkey = Table(
    "passkey",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("account", Integer, nullable=False),
    Column("public", LargeBinary, nullable=False),  # COSE_Key (RFC 9052 7)
    Column("count", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("used", BigInteger),
    Column("transports", Text, nullable=False),
    Index("passkey_account", "account"),
)
# -- what a person signs with: "ed25519" (sealed under the password) or "passkey" (the credential itself)
signing_key = Table(
    "signing_key",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("public", LargeBinary, nullable=False),
    Column("sealed", LargeBinary),
    Column("created", BigInteger, nullable=False),
    Column("retired", BigInteger),
    Index("signing_key_account", "account"),
)
# -- one challenge of a ceremony, taken once
challenge = Table(
    "challenge",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("account", Integer),
    Column("purpose", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("expires", BigInteger, nullable=False),
)
# -- rates: how much of a bucket is used, and when that was so
attempt = Table(
    "attempt",
    metadata,
    Column("bucket", LargeBinary, primary_key=True),
    Column("used", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)
# -- restriction to named people: a circle of accounts, whose members never change, the objects that only they may read, and
#    those whose claims and referrers are still to be labelled and shaped accordingly
circle = Table(
    "circle",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),  # the numbers of its accounts: equal people, equal circle
    Column("created", BigInteger, nullable=False),
)
circle_member = Table(
    "circle_member",
    metadata,
    Column("circle", Integer, primary_key=True, autoincrement=False),
    Column("account", Integer, primary_key=True, autoincrement=False),
)
restriction = Table(
    "restriction",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("circle", Integer, nullable=False),
)
relabel = Table(
    "relabel",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("object", Text, nullable=False),
    Column("circle", Integer, nullable=False),  # 0: lifted
    Column(
        "stage", Integer, nullable=False
    ),  # 0: its claims, up to (modified, digest); 1: its referrers, up to a version
    Column("modified", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("after", BigInteger, nullable=False),
)

# -- the worker: what waits for time, what takes long, how each follower is
clock = Table(
    "clock",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("fired", BigInteger),
    Column("errors", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Index("clock_due", "fired", "due"),
    Index("clock_subject", "kind", "subject", "fired"),
    # of what has not fired: at most one waits for each subject (naming a condition here would load every dialect)
    Index("clock_waiting", "kind", "subject", unique=True),
)
job = Table(
    "job",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("state", Text, nullable=False),  # waiting, running, done, failed, cancelled
    Column("position", BigInteger, nullable=False),
    Column("total", BigInteger),
    Column("payload", LargeBinary, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("started", BigInteger),
    Column("moved", BigInteger),
    Column("finished", BigInteger),
    Index("job_state", "state", "not_before"),
    Index("job_subject", "kind", "subject", "id"),
    # of what is not finished: at most one is open for each subject
    Index("job_open", "kind", "subject", unique=True),
)
follower = Table(
    "follower",
    metadata,
    Column("name", Text, primary_key=True),
    Column("behind", BigInteger),
    Column("errors", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("stopped", Boolean, nullable=False),
    Column("again", Boolean, nullable=False),  # somebody asked for another try; the worker takes this back
    Column("seen", BigInteger, nullable=False),
)

# -- what a leaf states, for those leaves whose content stands nowhere else; erased, the leaf remains
event = Table(
    "event",
    metadata,
    Column("leaf", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Integer, nullable=False),
    Column("account", Integer),
    Column("at", BigInteger, nullable=False),
    Column("statement", Text, nullable=False),
    Index("event_kind", "kind", "leaf"),
    Index("event_account", "account", "leaf"),
)

# -- collections of other nodes that this one mirrors
mirror = Table(
    "mirror",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Text, nullable=False),
    Column("collection", Integer, nullable=False),
    Column("party", Integer, nullable=False),
    Column("username", Text, nullable=False),  # "": Bearer where there is a secret
    Column("secret", LargeBinary),  # sealed by the vault
    Column("every", BigInteger),  # microseconds; None: when asked
    Column("paused", Boolean, nullable=False),
    Column("pulling", Boolean, nullable=False),  # a pull was asked for and is not done
    Column("final", Boolean, nullable=False),  # its server says that nothing comes under a date it has passed
    Column("added_after", BigInteger),  # where the next pull begins; None: at the start
    Column("reached", BigInteger),  # date of the last page kept by the pull under way
    Column("turn", BigInteger, nullable=False),  # raised with each page: of two that pull, one keeps it
    Column("seen", BigInteger, nullable=False),
    Column("new", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("mended", BigInteger, nullable=False),
    Column("tried", BigInteger),
    Column("succeeded", BigInteger),
    Column("errors", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Index("mirror_target", "url", "collection", unique=True),
)
# -- objects of a mirror that were refused, the latest of them; their bytes are not kept
refusal = Table(
    "refusal",
    metadata,
    Column("mirror", Integer, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, primary_key=True),
    Column("object", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("refusal_latest", "mirror", "at"),
)

# -- what goes only after a review: how each stands, what people said about it, the exact forms that they released
review = Table(
    "review",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # of the version's bytes
    Column("lens", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("asked", Text, nullable=False),  # what each article asks (JSON), as its last statement found it
    Column("state", Text, nullable=False),
    Column("content", LargeBinary),  # the digest of the form that is released, or half approved
    Column("moved", BigInteger, nullable=False),
    Column("after", BigInteger, nullable=False),  # what was said up to this act no longer counts
    Column("why", Text, nullable=False),  # of a release that did not hold: what had changed
    Index("review_of", "key", "lens", "digest", unique=True),
    Index("review_state", "state", "moved"),
    Index("review_lens", "lens", "state"),
)
review_act = Table(
    "review_act",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("review", Integer, nullable=False),
    Column("object", Text, nullable=False),  # the id of the approval or the request
    Column("says", Text, nullable=False),
    Column("account", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("content", LargeBinary),
    Column("consent", Boolean, nullable=False),
    Column("withdraws", Text, nullable=False),
    Index("review_act_of", "review", "id"),
)
review_form = Table(
    "review_form",
    metadata,
    Column("review", Integer, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, primary_key=True),
    Column("form", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

# -- what goes in another form (``twins``): pseudonyms' keys; the twin of each original under each key, and who has had it
pseudonym_key = Table(
    "pseudonym_key",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("key", LargeBinary, nullable=False),
    Column("made", BigInteger, nullable=False),
)
twin = Table(
    "twin",
    metadata,
    Column("original", LargeBinary, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("twin", LargeBinary, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("modified", BigInteger, nullable=False),
    Column("had", Text, nullable=False),  # numbers of parties
    Column("places", Text, nullable=False),  # numbers of the collections in which they had it
    Index("twin_made", "twin"),
    Index("twin_scope", "scope"),
    sqlite_with_rowid=False,
)
# -- what stands for an original under a lens: which claim of which version, or why none
rendition = Table(
    "rendition",
    metadata,
    Column("original", LargeBinary, primary_key=True),
    Column("lens", Text, primary_key=True),
    Column("label", Integer, primary_key=True, autoincrement=False),  # of the original; of a notice: the collection
    Column("generation", Integer, primary_key=True, autoincrement=False),  # of the key; 0 where none was used
    Column("kind", Integer, nullable=False),
    Column("form", Integer, nullable=False),  # its own label
    Column("source", BigInteger, nullable=False),  # the version of the original
    Column("version", BigInteger, nullable=False),
    Column("claim", BigInteger, primary_key=True, autoincrement=False),  # several, each for others; 0: there is none
    Column("made", BigInteger, nullable=False),
    Column("audience", Text, nullable=False),  # numbers of parties
    Column("reason", Text, nullable=False),
    Index("rendition_kind", "kind", "form"),
    sqlite_with_rowid=False,
)
# -- who is concerned by whom: halves of keys that objects asked for in a form mention, and whether what was made keeps them
twin_ref = Table(
    "twin_ref",
    metadata,
    Column("target", LargeBinary, primary_key=True),
    Column("original", LargeBinary, primary_key=True),
    Column("kept", Boolean, nullable=False),
    Index("twin_ref_of", "original"),
    sqlite_with_rowid=False,
)
# -- ids for which empty objects stand in, because of whom, under which lens and label of that
twin_stub = Table(
    "twin_stub",
    metadata,
    Column("target", LargeBinary, primary_key=True),
    Column("original", LargeBinary, primary_key=True),
    Column("lens", Text, primary_key=True),
    Column("label", Integer, primary_key=True, autoincrement=False),
    Index("twin_stub_of", "original"),
    sqlite_with_rowid=False,
)
# -- the maker: what each label was last known to ask for and to open; how far its claims are looked at anew (``after``)
twin_label = Table(
    "twin_label",
    metadata,
    Column("label", Integer, primary_key=True, autoincrement=False),
    Column("asks", LargeBinary, nullable=False),
    Column("opens", LargeBinary, nullable=False),
    Column("after", BigInteger),
    Column("spread", Boolean, nullable=False),
    Index("twin_label_after", "after"),
)
# -- keys to be looked at (0), and keys of which all who mention them are (1, up to ``after``)
twin_todo = Table(
    "twin_todo",
    metadata,
    Column("spread", Integer, primary_key=True, autoincrement=False),
    Column("key", LargeBinary, primary_key=True),
    Column("place", BigInteger, nullable=False),  # of a claim in the log: what came together is made together
    Column("after", LargeBinary, nullable=False),
    Column("mark", BigInteger, nullable=False),  # raised when it is asked for again
    Index("twin_todo_place", "spread", "place"),
    sqlite_with_rowid=False,
)

# -- what the scan for personal data found in a version's bytes: how many of which kinds, no value and no place
scan = Table(
    "scan",
    metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("generation", Integer, nullable=False),
    Column("found", Text, nullable=False),
)

# -- what stands against erasure, and the bytes of what its source took back meanwhile
hold = Table(
    "hold",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),  # object, source, collection
    Column("subject", Text, nullable=False),  # the id or the slug, as it is shown; "" once the object is erased
    Column("key", LargeBinary),
    Column("number", Integer),  # of the party or the collection
    Column("reference", Text, nullable=False),  # of the case
    Column("ground", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),
    Column("lifted", BigInteger),
    Column("lifted_by", Text, nullable=False),
    Index("hold_standing", "lifted", "until"),
)
custody = Table(
    "custody",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("object", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("modified", BigInteger, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("source", Integer, nullable=False),
    Column("collection", Integer, nullable=False),
    Column("circle", Integer, nullable=False),
    Column("leaf", BigInteger, nullable=False),
    Column("deleted", BigInteger, nullable=False),
    Index("custody_key", "key"),
)
# -- orders to erase: on what ground, what (JSON, without any id once it is done), how far
erasure = Table(
    "erasure",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reference", Text, nullable=False),
    Column("article", Text, nullable=False),
    Column("dated", Text, nullable=False),
    Column("cause", Text, nullable=False),  # order, retention
    Column("made_by", Text, nullable=False),
    Column("account", Integer),
    Column("at", BigInteger, nullable=False),
    Column("selection", Text, nullable=False),
    Column("good", Boolean, nullable=False),  # it may not come again
    Column("state", Text, nullable=False),  # open, held, cleaning, done
    Column("leaf", BigInteger, nullable=False),  # of the order: what came after it is not meant
    Column("objects", BigInteger, nullable=False),
    Column("claims", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("since", BigInteger),  # when the first and the last of what was erased had come: which backups have it
    Column("until", BigInteger),
    Column("finished", BigInteger),
    Index("erasure_state", "state"),
)
# -- keyed digests: words to be taken out of what is written elsewhere, until that is done; ids that may not come again
erasing = Table(
    "erasing",
    metadata,
    Column("word", LargeBinary, primary_key=True),
    Column("erasure", Integer, nullable=False),
    Index("erasing_of", "erasure"),
    sqlite_with_rowid=False,
)
erased = Table(
    "erased",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("erasure", Integer, nullable=False),
    Column("times", Integer, nullable=False),
    Column("last", BigInteger),
    Index("erased_by", "erasure"),
    sqlite_with_rowid=False,
)
# -- after how many days from receipt what is in a collection, or came from a party, is erased
retention = Table(
    "retention",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", Integer, primary_key=True, autoincrement=False),
    Column("days", Integer, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
recall = Table(
    "recall",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("object", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("ground", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("told", Text, nullable=False),  # JSON: who had had it, since when, and whether they were told
    sqlite_with_rowid=False,
)

# -- PostgreSQL only (SQLite has them as tokens of ``search``)
edge = Table(
    "edge",
    metadata,
    Column("target", LargeBinary, nullable=False),
    Column("version", BigInteger, nullable=False),
    Index("edge_target", "target", "version"),
)
observable = Table(
    "observable",
    metadata,
    Column("token", LargeBinary, nullable=False),
    Column("version", BigInteger, nullable=False),
    Index("observable_token", "token", "version"),
)
