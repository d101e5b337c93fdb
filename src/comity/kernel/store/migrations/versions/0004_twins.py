"""What goes in another form: the keys of pseudonyms, twins, which renditions stand, and what their maker has before it."""

from alembic import op

revision = "0004"
down_revision = "0003"

_BOTH = """
CREATE TABLE pseudonym_key (scope TEXT NOT NULL, generation INTEGER NOT NULL, key {bytes} NOT NULL, made BIGINT NOT NULL,
    PRIMARY KEY (scope, generation));
CREATE TABLE twin (original {bytes} NOT NULL, scope TEXT NOT NULL, generation INTEGER NOT NULL, twin {bytes} NOT NULL,
    created BIGINT NOT NULL, modified BIGINT NOT NULL, had TEXT NOT NULL, places TEXT NOT NULL,
    PRIMARY KEY (original, scope, generation)) {rowless};
CREATE INDEX twin_made ON twin (twin);
CREATE INDEX twin_scope ON twin (scope);
CREATE TABLE rendition (original {bytes} NOT NULL, lens TEXT NOT NULL, label INTEGER NOT NULL, generation INTEGER NOT NULL,
    kind INTEGER NOT NULL, form INTEGER NOT NULL, source BIGINT NOT NULL, version BIGINT NOT NULL, claim BIGINT NOT NULL,
    made BIGINT NOT NULL, audience TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (original, lens, label, generation, claim)) {rowless};
CREATE INDEX rendition_kind ON rendition (kind, form);
CREATE TABLE twin_ref (target {bytes} NOT NULL, original {bytes} NOT NULL, kept BOOLEAN NOT NULL,
    PRIMARY KEY (target, original)) {rowless};
CREATE INDEX twin_ref_of ON twin_ref (original);
CREATE TABLE twin_stub (target {bytes} NOT NULL, original {bytes} NOT NULL, lens TEXT NOT NULL, label INTEGER NOT NULL,
    PRIMARY KEY (target, original, lens, label)) {rowless};
CREATE INDEX twin_stub_of ON twin_stub (original);
CREATE TABLE twin_label (label INTEGER NOT NULL PRIMARY KEY, asks {bytes} NOT NULL, opens {bytes} NOT NULL,
    after BIGINT, spread BOOLEAN NOT NULL);
CREATE INDEX twin_label_after ON twin_label (after);
CREATE TABLE twin_todo (spread INTEGER NOT NULL, key {bytes} NOT NULL, place BIGINT NOT NULL, after {bytes} NOT NULL,
    mark BIGINT NOT NULL, PRIMARY KEY (spread, key)) {rowless};
CREATE INDEX twin_todo_place ON twin_todo (spread, place)
"""


def upgrade() -> None:
    """Twins."""
    postgres = op.get_bind().dialect.name == "postgresql"
    words = {"rowless": "", "bytes": "BYTEA"} if postgres else {"rowless": "WITHOUT ROWID", "bytes": "BLOB"}
    for statement in _BOTH.format(**words).split(";"):
        op.execute(statement)
