"""The first schema: objects, claims, policy, ledger leaves, exchange, directory."""

from alembic import op

revision = "0001"
down_revision = None

_BOTH = """
CREATE TABLE clock (id INTEGER PRIMARY KEY, claim BIGINT NOT NULL, leaf BIGINT NOT NULL, at BIGINT NOT NULL,
    epoch BIGINT NOT NULL);
INSERT INTO clock (id, claim, leaf, at, epoch) VALUES (1, 0, 0, 0, 0);
CREATE TABLE tick (claim BIGINT PRIMARY KEY, at BIGINT NOT NULL UNIQUE) {rowless};
CREATE TABLE setting (name TEXT PRIMARY KEY, value {bytes} NOT NULL);
CREATE TABLE kind (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE held (key {bytes} NOT NULL, modified BIGINT NOT NULL, digest {bytes} NOT NULL, version BIGINT NOT NULL,
    body BIGINT NOT NULL, PRIMARY KEY (key, modified, digest)) {rowless};
CREATE TABLE version (seq {serial} PRIMARY KEY, key {bytes} NOT NULL, modified BIGINT NOT NULL, creator INTEGER,
    same BIGINT, digest {bytes} NOT NULL, conflict BOOLEAN NOT NULL, raw {bytes} NOT NULL);
CREATE TABLE claim (seq {serial} PRIMARY KEY, version BIGINT NOT NULL, body BIGINT NOT NULL, label INTEGER NOT NULL,
    shape INTEGER NOT NULL, source INTEGER NOT NULL, flags INTEGER NOT NULL, leaf BIGINT NOT NULL);
CREATE INDEX claim_label ON claim (label, seq);
CREATE INDEX claim_version ON claim (version);
CREATE TABLE label (id INTEGER PRIMARY KEY, source INTEGER NOT NULL, collection INTEGER NOT NULL, kind INTEGER NOT NULL,
    features TEXT NOT NULL UNIQUE, claims BIGINT NOT NULL);
CREATE TABLE shape (id INTEGER PRIMARY KEY, label INTEGER NOT NULL, needs TEXT NOT NULL,
    digest {bytes} NOT NULL UNIQUE);
CREATE TABLE grants (party INTEGER NOT NULL, label INTEGER NOT NULL, opened INTEGER NOT NULL, closed BIGINT,
    PRIMARY KEY (party, label, opened)) {rowless};
CREATE TABLE opening (id INTEGER PRIMARY KEY, claim BIGINT NOT NULL, at BIGINT NOT NULL);
CREATE TABLE waiting (target {bytes} NOT NULL, claim BIGINT NOT NULL, PRIMARY KEY (target, claim)) {rowless};
CREATE TABLE reshape (target {bytes} PRIMARY KEY, after BIGINT NOT NULL) {rowless};
CREATE TABLE leaf (seq {serial} PRIMARY KEY, kind INTEGER NOT NULL, subject BIGINT NOT NULL, at BIGINT NOT NULL,
    salt {bytes}, commitment {bytes} NOT NULL);
CREATE TABLE status (id TEXT PRIMARY KEY, party INTEGER NOT NULL, requested BIGINT NOT NULL, total INTEGER NOT NULL,
    success INTEGER NOT NULL, pending INTEGER NOT NULL, failures TEXT NOT NULL);
CREATE TABLE intake (status TEXT PRIMARY KEY, collection INTEGER NOT NULL, channel TEXT NOT NULL, position INTEGER NOT NULL,
    body {bytes} NOT NULL);
CREATE TABLE cursor (name TEXT PRIMARY KEY, position BIGINT NOT NULL);
CREATE TABLE lease (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until BIGINT NOT NULL);
CREATE TABLE party (id {auto}, slug TEXT NOT NULL UNIQUE, name TEXT NOT NULL, jurisdiction TEXT NOT NULL,
    tlp_max INTEGER NOT NULL, own BOOLEAN NOT NULL, identity TEXT, created BIGINT NOT NULL);
CREATE TABLE collection (id {auto}, uuid TEXT NOT NULL UNIQUE, slug TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    description TEXT NOT NULL, tlp INTEGER NOT NULL, created BIGINT NOT NULL);
CREATE TABLE access (collection INTEGER NOT NULL, party INTEGER NOT NULL, read BOOLEAN NOT NULL, write BOOLEAN NOT NULL,
    PRIMARY KEY (collection, party));
CREATE TABLE token (id {auto}, party INTEGER NOT NULL, hash {bytes} NOT NULL UNIQUE, scope TEXT NOT NULL,
    created BIGINT NOT NULL, expires BIGINT, last_used BIGINT, revoked BIGINT);
CREATE TABLE account (id {auto}, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, created BIGINT NOT NULL,
    disabled BOOLEAN NOT NULL);
CREATE TABLE link (hash {bytes} PRIMARY KEY, account INTEGER NOT NULL, created BIGINT NOT NULL, expires BIGINT NOT NULL,
    used BIGINT);
CREATE TABLE session (hash {bytes} PRIMARY KEY, account INTEGER NOT NULL, created BIGINT NOT NULL, expires BIGINT NOT NULL)
"""

_SQLITE = """
CREATE VIRTUAL TABLE search USING fts5(words, content='', detail='none', tokenize="unicode61 remove_diacritics 2");
INSERT INTO search(search, rank) VALUES ('automerge', 8)
"""

_POSTGRES = """
CREATE SEQUENCE version_seq;
CREATE INDEX version_modified ON version (modified);
CREATE TABLE edge (target BYTEA NOT NULL, version BIGINT NOT NULL);
CREATE INDEX edge_target ON edge (target, version);
CREATE TABLE observable (token BYTEA NOT NULL, version BIGINT NOT NULL);
CREATE INDEX observable_token ON observable (token, version);
CREATE TABLE search_text (version BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);
CREATE INDEX search_words ON search_text USING GIN (words)
"""


def upgrade() -> None:
    """Create everything."""
    postgres = op.get_bind().dialect.name == "postgresql"
    words = (
        {
            "rowless": "",
            "bytes": "BYTEA",
            "serial": "BIGINT",
            "auto": "INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        }
        if postgres
        else {
            "rowless": "WITHOUT ROWID",
            "bytes": "BLOB",
            "serial": "INTEGER",
            "auto": "INTEGER PRIMARY KEY AUTOINCREMENT",
        }
    )
    text = _BOTH.format(**words) + ";" + (_POSTGRES if postgres else _SQLITE)
    for statement in text.split(";"):
        if statement.strip():
            op.execute(statement)
