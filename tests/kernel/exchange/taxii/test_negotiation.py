from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.exchange.taxii.negotiation import NotAcceptable, UnsupportedMedia, check_accept, check_content

ACCEPTED = [
    None,
    b"application/taxii+json;version=2.1",
    b"application/taxii+json; version=2.1",
    b"application/taxii+json ; version=2.1",
    b"application/taxii+json;version = 2.1",
    b'application/taxii+json; version="2.1"',
    b"application/taxii+json",
    b"Application/TAXII+JSON; Version=2.1",
    b"application/*",
    b"*/*",
    b"*/*;q=0.1",
    b"text/html, application/taxii+json;version=2.1;q=0.5",
    b"application/taxii+json;version=2.1,application/stix+json;version=2.1",
    b"application/taxii+json;version=2.0, application/taxii+json;version=2.1",
    b"application/taxii+json;version=2.0, */*;q=0.001",
    b"application/taxii+json;q=0, application/taxii+json;version=2.1;q=1",
    b"application/taxii+json;q=0.000, application/taxii+json;version=2.1;q=0.001",
    b"text/html;q=oops, application/taxii+json",
    b'text/plain;note="a,b;c", application/taxii+json',
    b",,, application/taxii+json ,",
    b"application/taxii+json;;version=2.1;",
    b"application/taxii+json;profile=x;version=2.1",
]

NOT_ACCEPTED = [
    b"",
    b",",
    b"text/html",
    b"application/json",
    b"application/stix+json;version=2.1",
    b"application/vnd.oasis.taxii+json; version=2.0",
    b"application/taxii+json;version=2.0",
    b"application/taxii+json;version=2.10",
    b"application/taxii+json;version=3.0",
    b"application/taxii+json;version=2.1;q=0",
    b"application/taxii+json;version=2.1;q=0.0, */*",
    b"application/taxii+json;q=0, */*;q=1",
    b"application/*;q=0, */*",
    b"application/taxii+json;version=2.1;q=2",
    b"application/taxii+json;version=2.1;q=",
    b"application/taxii+json;version=2.1 trailing",
    b"taxii",
    b"*/json",
    b"\xff\xfe",
    b"application/taxii+json;version=2.1" + b" " * 5000,
]


@pytest.mark.parametrize("header", ACCEPTED)
def test_accept_that_is_satisfied(header):
    check_accept(header)


@pytest.mark.parametrize("header", NOT_ACCEPTED)
def test_accept_that_is_not_satisfied(header):
    with pytest.raises(NotAcceptable) as caught:
        check_accept(header)
    assert caught.value.status == 406


@given(st.binary(max_size=300))
def test_any_accept_is_either_satisfied_or_406(header):
    with suppress(NotAcceptable):
        check_accept(header)


CONTENT = [
    b"application/taxii+json;version=2.1",
    b"application/taxii+json; version=2.1",
    b"application/taxii+json ;version=2.1",
    b"application/taxii+json",
    b"application/taxii+json;version=2.1;charset=utf-8",
    b'application/taxii+json;charset="UTF-8"',
]

NOT_CONTENT = [
    None,
    b"",
    b"application/json",
    b"text/plain",
    b"application/*",
    b"*/*",
    b"application/taxii+json;version=2.0",
    b"application/taxii+json;charset=utf-16",
    b"application/taxii+json, application/taxii+json",
    b"application/stix+json;version=2.1",
    b"multipart/form-data; boundary=x",
]


@pytest.mark.parametrize("header", CONTENT)
def test_content_type_that_is_read(header):
    check_content(header, None)
    check_content(header, b"identity")


@pytest.mark.parametrize("header", NOT_CONTENT)
def test_content_type_that_is_not_read(header):
    with pytest.raises(UnsupportedMedia) as caught:
        check_content(header, None)
    assert caught.value.status == 415


@pytest.mark.parametrize("coding", [b"gzip", b"deflate", b"br", b"zstd", b"gzip, identity", b"x"])
def test_compressed_bodies_are_not_opened(coding):
    with pytest.raises(UnsupportedMedia):
        check_content(b"application/taxii+json;version=2.1", coding)
