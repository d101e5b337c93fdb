"""Which addresses may be reached: every special-purpose range of the IANA registries, in every disguise."""

from ipaddress import ip_address

import pytest

from comity.kernel.exchange.fetch.addresses import Reach, reach, read_address


@pytest.mark.parametrize(
    "text",
    [
        "8.8.8.8",
        "1.1.1.1",
        "192.0.1.1",
        "100.63.255.255",
        "100.128.0.1",
        "172.32.0.1",
        "2606:4700::1111",
        "2a00::1",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::1",
        "2001:200::1",
    ],
)
def test_public(text):
    assert reach(ip_address(text)) is Reach.PUBLIC


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1",
        "127.255.255.254",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "::1",
        "fc00::1",
        "fdff::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2002:a00:1::1",
    ],
)
def test_private(text):
    assert reach(ip_address(text)) is Reach.PRIVATE


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "224.0.0.1",
        "239.255.255.250",
        "255.255.255.255",
        "240.0.0.1",
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "192.88.99.1",
        "::",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "2001:db8::1",
        "2001::1",
        "100::1",
        "3fff::1",
        "5f00::1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:a9fe:a9fe::",
        "::127.0.0.1",
        "4000::1",
    ],
)
def test_closed(text):
    assert reach(ip_address(text)) is Reach.CLOSED


def test_a_zone_is_no_way_round():
    address = read_address("fe80::1%eth0")
    assert address is not None
    assert reach(address) is Reach.CLOSED
    assert read_address("localhost") is None
