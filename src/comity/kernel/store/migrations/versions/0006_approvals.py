"""Approvals: how each review stands, what was said about it, and the forms that people released."""

from alembic import op

revision = "0006"
down_revision = "0005"

_BOTH = """
CREATE TABLE review (id {auto}, key {bytes} NOT NULL, digest {bytes} NOT NULL, lens TEXT NOT NULL, object TEXT NOT NULL,
    asked TEXT NOT NULL, state TEXT NOT NULL, content {bytes}, moved BIGINT NOT NULL, after BIGINT NOT NULL, why TEXT NOT NULL);
CREATE UNIQUE INDEX review_of ON review (key, lens, digest);
CREATE INDEX review_state ON review (state, moved);
CREATE INDEX review_lens ON review (lens, state);
CREATE TABLE review_act (id {auto}, review INTEGER NOT NULL, object TEXT NOT NULL, says TEXT NOT NULL,
    account INTEGER NOT NULL, role TEXT NOT NULL, at BIGINT NOT NULL, content {bytes}, consent BOOLEAN NOT NULL,
    withdraws TEXT NOT NULL);
CREATE INDEX review_act_of ON review_act (review, id);
CREATE TABLE review_form (review INTEGER NOT NULL, digest {bytes} NOT NULL, form TEXT NOT NULL, profile TEXT NOT NULL,
    whole BOOLEAN NOT NULL, content {bytes} NOT NULL, PRIMARY KEY (review, digest))
"""


def upgrade() -> None:
    """Approvals."""
    postgres = op.get_bind().dialect.name == "postgresql"
    words = (
        {"bytes": "BYTEA", "auto": "INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY"}
        if postgres
        else {"bytes": "BLOB", "auto": "INTEGER PRIMARY KEY AUTOINCREMENT"}
    )
    for statement in _BOTH.format(**words).split(";"):
        op.execute(statement)
