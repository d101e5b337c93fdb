"""Ids made here are version 4 UUIDs of the randomness handed in."""

from comity.kernel.base.ids import system_random, uuid4


def test_a_uuid_takes_its_bits_from_the_source_and_says_version_4() -> None:
    made = uuid4(lambda count: b"\xff" * count)
    assert (made.version, made.variant) == (4, "specified in RFC 4122")
    assert made == uuid4(lambda count: b"\xff" * count)
    assert uuid4(system_random) != uuid4(system_random)
