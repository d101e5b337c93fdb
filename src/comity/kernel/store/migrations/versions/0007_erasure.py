"""Erasure, holds, retention, recall: the orders, what stands against them, what may not come again."""

from alembic import op

revision = "0007"
down_revision = "0006"

_BOTH = """
CREATE TABLE hold (id {auto}, kind TEXT NOT NULL, subject TEXT NOT NULL, key {bytes}, number INTEGER, reference TEXT NOT NULL,
    ground TEXT NOT NULL, made_by TEXT NOT NULL, since BIGINT NOT NULL, until BIGINT, lifted BIGINT, lifted_by TEXT NOT NULL);
CREATE INDEX hold_standing ON hold (lifted, until);
CREATE TABLE custody (id {auto}, object TEXT NOT NULL, key {bytes} NOT NULL, modified BIGINT NOT NULL, raw {bytes} NOT NULL,
    source INTEGER NOT NULL, collection INTEGER NOT NULL, circle INTEGER NOT NULL, leaf BIGINT NOT NULL,
    deleted BIGINT NOT NULL);
CREATE INDEX custody_key ON custody (key);
CREATE TABLE erasure (id {auto}, reference TEXT NOT NULL, article TEXT NOT NULL, dated TEXT NOT NULL, cause TEXT NOT NULL,
    made_by TEXT NOT NULL, account INTEGER, at BIGINT NOT NULL, selection TEXT NOT NULL, good BOOLEAN NOT NULL,
    state TEXT NOT NULL, leaf BIGINT NOT NULL, objects BIGINT NOT NULL, claims BIGINT NOT NULL, held BIGINT NOT NULL,
    since BIGINT, until BIGINT, finished BIGINT);
CREATE INDEX erasure_state ON erasure (state);
CREATE TABLE erasing (word {bytes} PRIMARY KEY, erasure INTEGER NOT NULL) {rowless};
CREATE INDEX erasing_of ON erasing (erasure);
CREATE TABLE erased (mark {bytes} PRIMARY KEY, erasure INTEGER NOT NULL, times INTEGER NOT NULL, last BIGINT) {rowless};
CREATE INDEX erased_by ON erased (erasure);
CREATE TABLE retention (kind TEXT NOT NULL, subject INTEGER NOT NULL, days INTEGER NOT NULL, made_by TEXT NOT NULL,
    at BIGINT NOT NULL, PRIMARY KEY (kind, subject));
CREATE TABLE recall (key {bytes} PRIMARY KEY, object TEXT NOT NULL, reference TEXT NOT NULL, ground TEXT NOT NULL,
    made_by TEXT NOT NULL, at BIGINT NOT NULL, told TEXT NOT NULL) {rowless}
"""


def upgrade() -> None:
    """Erasure."""
    postgres = op.get_bind().dialect.name == "postgresql"
    words = (
        {"rowless": "", "bytes": "BYTEA", "auto": "INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY"}
        if postgres
        else {"rowless": "WITHOUT ROWID", "bytes": "BLOB", "auto": "INTEGER PRIMARY KEY AUTOINCREMENT"}
    )
    for statement in _BOTH.format(**words).split(";"):
        op.execute(statement)
