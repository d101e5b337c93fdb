"""Agreements: their rows, communities, clients; grants that end at a date; what claims were before they were labelled anew.

Labels of before say less than is asked of them now. Until a job has labelled what stands under them anew they are open to
nobody but those who gave it and to our own people, from this moment on. Claims of objects that have no date of their own
are flagged (8), by type.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

_BOTH = """
ALTER TABLE party ADD COLUMN client_of INTEGER;
ALTER TABLE label ADD COLUMN due BIGINT;
CREATE INDEX label_due ON label (due);
CREATE INDEX label_source ON label (source);
ALTER TABLE grants ADD COLUMN until BIGINT;
ALTER TABLE grants ADD COLUMN cause TEXT;
CREATE TABLE past (seq BIGINT NOT NULL, until BIGINT NOT NULL, version BIGINT NOT NULL, body BIGINT NOT NULL,
    label INTEGER NOT NULL, shape INTEGER NOT NULL, source INTEGER NOT NULL, flags INTEGER NOT NULL, leaf BIGINT NOT NULL,
    PRIMARY KEY (seq, until)) {rowless};
CREATE INDEX past_version ON past (version);
CREATE INDEX past_until ON past (until);
CREATE TABLE community (id {auto}, slug TEXT NOT NULL UNIQUE, name TEXT NOT NULL, created BIGINT NOT NULL);
CREATE TABLE community_member (community INTEGER NOT NULL, party INTEGER NOT NULL, PRIMARY KEY (community, party));
CREATE TABLE agreement (id {auto}, name TEXT NOT NULL, version BIGINT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
    articles TEXT NOT NULL, object TEXT NOT NULL, digest {bytes} NOT NULL, made BIGINT NOT NULL, made_by TEXT NOT NULL,
    ours BIGINT, theirs BIGINT, suspended BIGINT, withdrawn BIGINT, superseded BIGINT, due BIGINT);
CREATE UNIQUE INDEX agreement_version ON agreement (name, version);
CREATE INDEX agreement_due ON agreement (due);
CREATE TABLE bound_once (agreement TEXT NOT NULL, party INTEGER NOT NULL, PRIMARY KEY (agreement, party));
CREATE TABLE agreement_draft (name TEXT PRIMARY KEY, text TEXT NOT NULL, account BIGINT NOT NULL, at BIGINT NOT NULL);
UPDATE claim SET flags = flags | 8 WHERE label IN (SELECT l.id FROM label l JOIN kind k ON k.id = l.kind WHERE k.name IN (
    'artifact', 'autonomous-system', 'directory', 'domain-name', 'email-addr', 'email-message', 'file', 'ipv4-addr',
    'ipv6-addr', 'mac-addr', 'mutex', 'network-traffic', 'process', 'software', 'url', 'user-account',
    'windows-registry-key', 'x509-certificate'));
UPDATE grants SET closed = (SELECT c.at + 1 FROM counter c), cause = 'labels' WHERE closed IS NULL
    AND NOT EXISTS (SELECT 1 FROM party p WHERE p.id = grants.party AND p.own = true)
    AND NOT EXISTS (SELECT 1 FROM label l WHERE l.id = grants.label AND l.source = grants.party);
UPDATE counter SET at = at + 1, epoch = epoch + 1
"""


def upgrade() -> None:
    """Agreements."""
    postgres = op.get_bind().dialect.name == "postgresql"
    words = (
        {"rowless": "", "bytes": "BYTEA", "auto": "INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY"}
        if postgres
        else {"rowless": "WITHOUT ROWID", "bytes": "BLOB", "auto": "INTEGER PRIMARY KEY AUTOINCREMENT"}
    )
    for statement in _BOTH.format(**words).split(";"):
        op.execute(statement)
