"""PostgreSQL is asked to look things up, never to guess: with a million rows that were never analysed, its guesses cost a
page 49 seconds (a look-up turned into one scan of everything) and each look-up 6 ms (a parallel worker started for it).
"""

import pytest

from comity.kernel.store.database import Database

SETTINGS = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
}


@pytest.mark.postgres
def test_no_connection_leaves_the_choice_to_the_planner(postgres_url: str) -> None:
    database = Database(postgres_url)
    try:
        with database.snapshot() as reader:
            held = {name: reader.cursor.execute(f"SHOW {name}").fetchone()[0] for name in SETTINGS}
        with database.read() as connection:
            read = {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in SETTINGS}
    finally:
        database.close()
    assert held == read == SETTINGS
