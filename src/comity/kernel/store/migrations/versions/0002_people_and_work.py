"""People, what the worker drives, what happened, mirrors. The row of counters gives its name, ``clock``, to what fires."""

from alembic import op

revision = "0002"
down_revision = "0001"

_BOTH = """
ALTER TABLE clock RENAME TO counter;
ALTER TABLE account RENAME COLUMN role TO roles;
UPDATE account SET roles = 'administrator analyst duty-officer';
ALTER TABLE account ADD COLUMN password TEXT;
ALTER TABLE account ADD COLUMN totp {bytes};
ALTER TABLE account ADD COLUMN totp_step BIGINT;
ALTER TABLE account ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE link ADD COLUMN purpose TEXT NOT NULL DEFAULT 'sign-in';
ALTER TABLE session ADD COLUMN method TEXT NOT NULL DEFAULT 'link';
ALTER TABLE session ADD COLUMN seen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN confirmed BIGINT;
ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN network TEXT NOT NULL DEFAULT '';
CREATE INDEX session_account ON session (account);
CREATE TABLE passkey (id {bytes} PRIMARY KEY, account INTEGER NOT NULL, public {bytes} NOT NULL, count BIGINT NOT NULL,
    name TEXT NOT NULL, created BIGINT NOT NULL, used BIGINT, transports TEXT NOT NULL);
CREATE INDEX passkey_account ON passkey (account);
CREATE TABLE signing_key (id {auto}, account INTEGER NOT NULL, kind TEXT NOT NULL, public {bytes} NOT NULL,
    sealed {bytes}, created BIGINT NOT NULL, retired BIGINT);
CREATE INDEX signing_key_account ON signing_key (account);
CREATE TABLE challenge (hash {bytes} PRIMARY KEY, account INTEGER, purpose TEXT NOT NULL, content {bytes} NOT NULL,
    expires BIGINT NOT NULL);
CREATE TABLE attempt (bucket {bytes} PRIMARY KEY, used BIGINT NOT NULL, at BIGINT NOT NULL);
CREATE TABLE circle (id {auto}, name TEXT NOT NULL, created BIGINT NOT NULL);
CREATE TABLE circle_member (circle INTEGER NOT NULL, account INTEGER NOT NULL, PRIMARY KEY (circle, account));
CREATE TABLE restriction (key {bytes} PRIMARY KEY, circle INTEGER NOT NULL);
CREATE TABLE relabel (key {bytes} PRIMARY KEY, object TEXT NOT NULL, circle INTEGER NOT NULL, stage INTEGER NOT NULL,
    modified BIGINT NOT NULL, digest {bytes} NOT NULL, after BIGINT NOT NULL);
CREATE TABLE clock (id {auto}, kind TEXT NOT NULL, subject TEXT NOT NULL, due BIGINT NOT NULL, fired BIGINT,
    errors INTEGER NOT NULL, reason TEXT NOT NULL, not_before BIGINT NOT NULL, created BIGINT NOT NULL);
CREATE INDEX clock_due ON clock (fired, due);
CREATE INDEX clock_subject ON clock (kind, subject, fired);
CREATE UNIQUE INDEX clock_waiting ON clock (kind, subject) WHERE fired IS NULL;
CREATE TABLE job (id {auto}, kind TEXT NOT NULL, subject TEXT NOT NULL, state TEXT NOT NULL, position BIGINT NOT NULL,
    total BIGINT, payload {bytes} NOT NULL, errors INTEGER NOT NULL, reason TEXT NOT NULL, not_before BIGINT NOT NULL,
    created BIGINT NOT NULL, started BIGINT, moved BIGINT, finished BIGINT);
CREATE INDEX job_state ON job (state, not_before);
CREATE INDEX job_subject ON job (kind, subject, id);
CREATE UNIQUE INDEX job_open ON job (kind, subject) WHERE finished IS NULL;
CREATE TABLE follower (name TEXT PRIMARY KEY, behind BIGINT, errors INTEGER NOT NULL, reason TEXT NOT NULL,
    not_before BIGINT NOT NULL, stopped BOOLEAN NOT NULL, again BOOLEAN NOT NULL, seen BIGINT NOT NULL);
CREATE TABLE event (leaf BIGINT PRIMARY KEY, kind INTEGER NOT NULL, account INTEGER, at BIGINT NOT NULL,
    statement TEXT NOT NULL);
CREATE INDEX event_kind ON event (kind, leaf);
CREATE INDEX event_account ON event (account, leaf);
CREATE TABLE mirror (id {auto}, url TEXT NOT NULL, collection INTEGER NOT NULL, party INTEGER NOT NULL,
    username TEXT NOT NULL, secret {bytes}, every BIGINT, paused BOOLEAN NOT NULL, pulling BOOLEAN NOT NULL,
    final BOOLEAN NOT NULL, added_after BIGINT, reached BIGINT, turn BIGINT NOT NULL, seen BIGINT NOT NULL,
    new BIGINT NOT NULL, refused BIGINT NOT NULL, mended BIGINT NOT NULL, tried BIGINT, succeeded BIGINT,
    errors INTEGER NOT NULL, reason TEXT NOT NULL, not_before BIGINT NOT NULL, created BIGINT NOT NULL);
CREATE UNIQUE INDEX mirror_target ON mirror (url, collection);
CREATE TABLE refusal (mirror INTEGER NOT NULL, digest {bytes} NOT NULL, object TEXT NOT NULL, reason TEXT NOT NULL,
    at BIGINT NOT NULL, PRIMARY KEY (mirror, digest));
CREATE INDEX refusal_latest ON refusal (mirror, at)
"""


def upgrade() -> None:
    """People and work."""
    postgres = op.get_bind().dialect.name == "postgresql"
    words = (
        {"bytes": "BYTEA", "auto": "INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY"}
        if postgres
        else {"bytes": "BLOB", "auto": "INTEGER PRIMARY KEY AUTOINCREMENT"}
    )
    for statement in _BOTH.format(**words).split(";"):
        op.execute(statement)
