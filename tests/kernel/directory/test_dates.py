"""Days and moments as people type them."""

import pytest

from comity.kernel.base.clock import rfc3339
from comity.kernel.base.errors import Invalid
from comity.kernel.directory.dates import moment_of
from comity.kernel.objects.timestamps import parse

NOW = parse("2026-11-22T09:30:00Z")


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("2026-12-01", "2026-12-01T23:59:59.999999Z"),
        (" 2026-11-21 ", "2026-11-21T23:59:59.999999Z"),
        ("2026-11-22", "2026-11-22T09:30:00.000000Z"),
        ("2026-12-01T09:00:00Z", "2026-12-01T09:00:00.000000Z"),
        ("2026-12-01T09:00:00+09:00", "2026-12-01T00:00:00.000000Z"),
    ],
)
def test_what_a_date_means(typed: str, means: str) -> None:
    assert rfc3339(moment_of(typed, NOW)) == means


@pytest.mark.parametrize("typed", ["", "soon", "2026-02-30", "2026-12-01T09:00:00", "1.12.2026", "9999-12-31"])
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="is no date"):
        moment_of(typed, NOW)
