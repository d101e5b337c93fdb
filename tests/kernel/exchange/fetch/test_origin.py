"""URLs taken apart, and what of a redirect is followed."""

import pytest

from comity.kernel.base.errors import Invalid
from comity.kernel.exchange.fetch.origin import Location, Origin, locate, redirected


@pytest.mark.parametrize(
    ("url", "origin", "target"),
    [
        ("https://Node.Example/a/b/", "https://node.example", "/a/b/"),
        ("HTTPS://node.example:443", "https://node.example", "/"),
        ("https://node.example.:8443/x?y=[1]&z=%20", "https://node.example:8443", "/x?y=[1]&z=%20"),
        ("http://[::1]:80/x", "http://[::1]", "/x"),
        ("http://127.0.0.1:8000/x#part", "http://127.0.0.1:8000", "/x"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example", "/%C3%BC"),
    ],
)
def test_taken_apart(url, origin, target):
    found = locate(url)
    assert (str(found.origin), found.target) == (origin, target)
    assert locate(str(found)) == found


@pytest.mark.parametrize(
    "url",
    [
        "",
        "node.example/x",
        "ftp://node.example/",
        "file:///etc/passwd",
        "https:///x",
        "https://node.example:0/",
        "https://node.example:99999/",
        "https://no de.example/",
        "https://node.example/\r\nHost: other",
        "javascript:1",
        "https://node..example/",
        "https://-/",
        "https://" + "a" * 9000,
        "https://[::1/",
        "gopher://127.0.0.1:11211/_x",
        "https://no\x00de.example/",
        "https://node.example\\@other.example/",
    ],
)
def test_what_is_no_url_to_fetch_is_refused(url):
    with pytest.raises(Invalid):
        locate(url)


def test_a_secret_in_a_url_is_refused_and_not_repeated():
    with pytest.raises(Invalid) as told:
        locate("https://user:hunter2@node.example/x")
    assert "hunter2" not in str(told.value) + told.value.hint
    with pytest.raises(Invalid) as told:
        locate("ftp://user:hunter2@node.example/x")
    assert "hunter2" not in str(told.value) + told.value.hint


def test_redirects_are_judged_like_urls():
    here = locate("https://node.example/a/b")
    assert redirected(here, "c") == Location(Origin("https", "node.example", 443), "/a/c")
    assert redirected(here, "//other.example/c").origin.host == "other.example"
    for to in ("http://node.example/", "ftp://node.example/", "https://u:p@node.example/", "file:///etc/passwd"):
        with pytest.raises(Invalid):
            redirected(here, to)
