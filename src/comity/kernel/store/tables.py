"""The tables, as SQLAlchemy Core sees them. The schema itself is made by ``migrations``; a test holds the two equal.

SQLite keeps references, observables and full text as tokens of one contentless FTS5 table (``search``); PostgreSQL keeps
them in ``edge``, ``observable`` and ``search_text``. Everything else is the same on both.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()

# -- one row: the counters that every commit takes last
clock = Table(
    "clock",
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
)
opening = Table(
    "opening",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("claim", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
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
    Column("role", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("disabled", Boolean, nullable=False),
)
link = Table(
    "link",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("account", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("used", BigInteger),
)
session = Table(
    "session",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("account", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
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
