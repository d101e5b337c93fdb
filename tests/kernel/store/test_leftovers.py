"""What has had its time goes, a bounded number at a time; what is young or wanted stays."""

from collections.abc import Callable

from comity.kernel.store.leftovers import DAY, HOUR
from tests.kernel.store.conftest import START, Cast

OLD = START - 400 * DAY


def test_old_rows_go_and_young_ones_stay(cast: Cast, run_sql: Callable[[str], None]) -> None:
    rows = {
        "session (hash, account, created, expires, method, seen, agent, network)": "1, 0, {at}, 'link', 0, '', ''",
        "link (hash, account, created, expires, purpose)": "1, 0, {at}, 'sign-in'",
        "challenge (hash, purpose, content, expires)": "'x', {text}, {at}",
        "attempt (bucket, used, at)": "0, {at}",
    }
    text = "'\\x00'" if cast.url.startswith("postgresql") else "x'00'"
    for number, (into, values) in enumerate(rows.items()):
        for at in (OLD, START - 1, START + HOUR):
            key = f"'\\x{number:02x}{at:016x}'" if cast.url.startswith("postgresql") else f"x'{number:02x}{at:016x}'"
            run_sql(f"INSERT INTO {into} VALUES ({key}, {values.format(at=at, text=text)})")
    ends: tuple[tuple[str, int | None], ...] = (("old", OLD), ("young", START - HOUR), ("waits", None))
    for subject, ended in ends:
        run_sql(
            "INSERT INTO clock (kind, subject, due, fired, errors, reason, not_before, created) "
            f"VALUES ('x', '{subject}', {OLD}, {ended or 'NULL'}, 0, '', 0, {OLD})"
        )
        for state in ("done", "failed") if ended else ("running",):
            run_sql(
                "INSERT INTO job (kind, subject, state, position, payload, errors, reason, not_before, created, finished) "
                f"VALUES ('x', '{subject}', '{state}', 0, {text}, 0, '', 0, {OLD}, {ended or 'NULL'})"
            )
    assert cast.store.leftovers.count() >= 7
    assert cast.store.leftovers.drop(None, 3) == 3
    dropped = 0
    while gone := cast.store.leftovers.drop(None, 2):
        assert gone <= 2
        dropped += gone
    assert dropped == 4
    assert cast.store.leftovers.count() == 0
    left = {
        table: cast.scalar(f"SELECT count(*) FROM {table}")
        for table in ("session", "link", "challenge", "attempt", "clock", "job")
    }
    assert left == {"session": 2, "link": 2, "challenge": 2, "attempt": 2, "clock": 2, "job": 3}
