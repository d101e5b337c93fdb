"""Fetching from servers that mean no good, and from names that lead where they should not."""

import gzip
import socket
import ssl
import threading
import time
import zlib

import pytest

from comity.kernel.base.errors import Invalid, NodeError
from comity.kernel.exchange.fetch.errors import Away, NotReached, TooMuch, Unreadable
from comity.kernel.exchange.fetch.fetcher import Fetcher
from comity.kernel.exchange.fetch.origin import locate
from comity.kernel.exchange.fetch.settings import FetchSettings
from tests.kernel.exchange.fetch.conftest import RawServer, ok

SECRET = "Bearer hunter2"


def fetcher(**settings):
    resolver = settings.pop("resolver", None)
    given = FetchSettings(**{"private": True, "seconds": 5.0, "bytes": 100_000, **settings})
    return Fetcher(given, agent="Comity/test", **({"resolver": resolver} if resolver else {}))


def get(url, **settings):
    made = fetcher(**settings)
    try:
        return made.get(locate(url), accept="application/json", authorization=SECRET)
    finally:
        made.close()


def redirect(to):
    return ok(b"", f"Location: {to}", status="302 Found")


def test_an_answer(server):
    server.reply = ok(b"hello", "X-One: 1", "X-One: 2", "Set-Cookie: a=b")
    answer = get(f"{server.url}/x?y=1")
    assert (answer.status, answer.body, answer.headers["x-one"]) == (200, b"hello", "1")
    head = server.requests[0].decode()
    assert head.startswith("GET /x?y=1 HTTP/1.1")
    assert f"Host: 127.0.0.1:{server.port}" in head
    assert "Authorization: Bearer hunter2" in head
    assert "User-Agent: Comity/test" in head


def test_a_connection_is_kept_and_replaced_when_the_server_closed_it(server):
    made = fetcher()
    where = locate(f"{server.url}/x")
    assert made.get(where, accept="*/*").body == b"hello"

    def once(head, sock):
        ok(b"again")(head, sock)
        sock.close()

    server.reply = once
    assert made.get(where, accept="*/*").body == b"again"
    time.sleep(0.05)
    assert made.get(where, accept="*/*").body == b"again"
    made.close()


def test_neither_proxies_nor_netrc_of_the_environment_are_used(server, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    made = fetcher()
    assert made.get(locate(f"{server.url}/x"), accept="*/*").status == 200
    assert b"uthorization" not in server.requests[0]
    made.close()


# -- where it may go


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "10.0.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "127.1",
        "2130706433",
        "0x7f000001",
        "[fe80::1]",
        "224.0.0.1",
        "[64:ff9b::7f00:1]",
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_private_addresses_are_not_reached_unless_allowed(host, scheme):
    with pytest.raises((NotReached, Away)):
        get(f"{scheme}://{host}:9/x", private=False)


def test_nothing_is_sent_to_a_private_address(server):
    with pytest.raises(NotReached) as told:
        get(f"{server.url}/x", private=False)
    assert "COMITY_FETCH_PRIVATE" in told.value.hint
    assert server.requests == []


@pytest.mark.parametrize("host", ["169.254.169.254", "224.0.0.1", "0.0.0.0", "[fe80::1]"])
def test_some_addresses_are_never_reached(host):
    with pytest.raises(NotReached) as told:
        get(f"http://{host}/x", private=True)
    assert told.value.hint == ""


def test_a_name_is_resolved_once_and_connected_to_as_it_was_judged(server):
    """DNS rebinding: the second answer would be another one, and nobody asks a second time."""
    asked = []

    def resolver(host, port):
        asked.append((host, port))
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    assert get(f"http://rebind.example:{server.port}/x", resolver=resolver).status == 200
    assert asked == [("rebind.example", server.port)]
    assert f"Host: rebind.example:{server.port}".encode() in server.requests[0]


def test_a_name_with_one_bad_address_among_good_ones_is_refused():
    with pytest.raises(NotReached):
        get("https://mixed.example/x", private=False, resolver=lambda *_: ["8.8.8.8", "10.0.0.1"])


def test_a_public_name_with_a_private_address_is_refused_each_time():
    made = fetcher(private=False, resolver=lambda *_: ["127.0.0.1"])
    for _ in range(2):
        with pytest.raises(NotReached):
            made.get(locate("https://public.example/x"), accept="*/*")


def test_plain_http_never_crosses_the_internet():
    with pytest.raises(NotReached, match="plain HTTP"):
        get("http://public.example/x", resolver=lambda *_: ["8.8.8.8"])


def test_a_name_that_is_not_there(server):
    with pytest.raises(Away):
        get("https://nowhere.invalid/x", resolver=lambda *_: [])
    with pytest.raises(Away):
        get("http://127.0.0.1:1/x")


# -- redirects


def test_redirects_are_followed_within_bounds(server):
    def reply(head, sock):
        to = {b"/1": "/2", b"/2": f"{server.url}/3", b"/3": "4"}.get(head.split()[1])
        (redirect(to) if to else ok(b"there"))(head, sock)

    server.reply = reply
    assert get(f"{server.url}/1").body == b"there"
    assert all(b"hunter2" in head for head in server.requests)
    server.reply = redirect("/again")
    with pytest.raises(Unreadable, match="redirects more than 3 times"):
        get(f"{server.url}/1")


def test_credentials_are_not_sent_to_another_origin(server):
    other = RawServer()
    try:
        other.reply = redirect(f"{server.url}/back")
        server.reply = lambda head, sock: (redirect(f"{other.url}/x") if head.split()[1] == b"/1" else ok(b"back"))(
            head, sock
        )
        assert get(f"{server.url}/1").body == b"back"
        assert len(other.requests) == 1
        assert b"hunter2" not in other.requests[0]
        assert b"uthorization" not in other.requests[0]
    finally:
        other.close()


@pytest.mark.parametrize(
    "to",
    ["http://169.254.169.254/latest/meta-data/", "https://127.0.0.1:1/", "http://[::ffff:10.0.0.1]/", "//0.0.0.0/"],
)
def test_a_redirect_to_where_nobody_may_go_is_not_followed(server, to):
    server.reply = redirect(to)
    here = "public.example"
    with pytest.raises(NodeError) as told:
        get(f"http://{here}:{server.port}/x", resolver=lambda *_: ["127.0.0.1"], private=False)
    assert isinstance(told.value, NotReached)
    if "127.0.0.1" not in to and "10.0.0.1" not in to:
        with pytest.raises(NotReached):
            get(f"http://{here}:{server.port}/x", resolver=lambda *_: ["127.0.0.1"])


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://x.example/", "https://a:b@x.example/", "http://"])
def test_a_redirect_to_what_is_no_url_is_refused(server, to):
    server.reply = redirect(to)
    with pytest.raises(Invalid):
        get(f"{server.url}/x")


# -- how much


def test_what_is_too_large_is_left(server):
    server.reply = ok(b"x" * 100_001)
    with pytest.raises(TooMuch):
        get(server.url)
    server.reply = ok(b"x" * 100_000)
    assert len(get(server.url).body) == 100_000


def test_a_body_without_end_is_left(server):
    def endless(_head, sock):
        sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            sock.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")

    server.reply = endless
    with pytest.raises(TooMuch):
        get(server.url)


def test_packed_answers_are_unpacked(server):
    server.reply = ok(gzip.compress(b"hello" * 100, mtime=0), "Content-Encoding: gzip")
    assert get(server.url).body == b"hello" * 100


def test_a_bomb_is_left_before_it_has_unfolded(server):
    bomb = gzip.compress(bytes(200_000_000), 9, mtime=0)
    assert len(bomb) < 250_000
    server.reply = ok(bomb, "Content-Encoding: gzip")
    began = time.monotonic()
    with pytest.raises(TooMuch):
        get(server.url, bytes=1_000_000)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"not packed", "gzip"),
        (gzip.compress(b"one", mtime=0) + b"and more", "gzip"),
        (zlib.compress(b"one"), "deflate"),
        (b"x", "br"),
        (gzip.compress(gzip.compress(b"x", mtime=0), mtime=0), "gzip, gzip"),
    ],
)
def test_what_can_not_be_unpacked_is_refused(server, body, encoding):
    server.reply = ok(body, f"Content-Encoding: {encoding}")
    with pytest.raises(Unreadable):
        get(server.url)


def test_a_packed_answer_that_was_cut_off_may_be_whole_the_next_time(server):
    server.reply = ok(gzip.compress(b"hello" * 1000, mtime=0)[:-8], "Content-Encoding: gzip")
    with pytest.raises(Away):
        get(server.url)


def test_a_body_that_breaks_off_is_not_taken_for_a_whole_one(server):
    def short(_head, sock):
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello")
        sock.close()

    server.reply = short
    with pytest.raises(Away):
        get(server.url)


@pytest.mark.parametrize(
    "bytes_",
    [
        b"",
        b"hello\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300000,
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"SSH-2.0-x\r\n",
    ],
)
def test_what_is_no_http_is_an_answer_that_did_not_come(server, bytes_):
    def reply(_head, sock):
        sock.sendall(bytes_)
        sock.close()

    server.reply = reply
    with pytest.raises(Away):
        get(server.url, seconds=2)


def test_of_an_error_only_the_status_is_read(server):
    """What a server says of an error may repeat what it was sent."""
    server.reply = lambda head, sock: ok(head, "Retry-After: 7", status="503 Busy")(head, sock)
    answer = get(server.url)
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (503, b"", "7")


# -- how long


def test_a_server_that_sends_a_byte_at_a_time_is_left(server):
    def drip(_head, sock):
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            sock.sendall(b"x")
            time.sleep(0.05)

    server.reply = drip
    began = time.monotonic()
    with pytest.raises(Away, match="did not answer within"):
        get(server.url, seconds=0.5)
    assert time.monotonic() - began < 2


def test_a_head_that_never_ends_is_left(server):
    def drip(_head, sock):
        sock.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            sock.sendall(b"X: y\r\n")
            time.sleep(0.02)

    server.reply = drip
    with pytest.raises(Away):
        get(server.url, seconds=0.5)


def test_interim_answers_without_end_are_left(server):
    def hundreds(_head, sock):
        while True:
            sock.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
            time.sleep(0.01)

    server.reply = hundreds
    with pytest.raises(Away):
        get(server.url, seconds=0.5)


def test_a_server_that_says_nothing_is_left_and_another_thread_can_end_the_wait(server):
    server.reply = lambda _head, _sock: None
    with pytest.raises(Away):
        get(server.url, seconds=0.3)
    made = fetcher(seconds=60)
    threading.Timer(0.2, made.end).start()
    began = time.monotonic()
    with pytest.raises(Away):
        made.get(locate(server.url), accept="*/*")
    assert time.monotonic() - began < 5


# -- TLS


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """A certificate for localhost, signed by itself."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder


@pytest.fixture
def secure(authority):
    """A TLS server on loopback that answers once per connection; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "cert.pem", authority / "key.pem")
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(plain, server_side=True) as sock:
                    sock.recv(65536)
                    ok(b"secret")(b"", sock)
            except OSError:
                continue

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


def test_certificates_are_verified(secure, authority):
    with pytest.raises(Away, match="certificate of localhost does not hold") as told:
        get(f"https://localhost:{secure}/x")
    assert "COMITY_FETCH_CA" in told.value.hint
    ca = str(authority / "cert.pem")
    assert get(f"https://localhost:{secure}/x", ca=ca, resolver=lambda *_: ["127.0.0.1"]).body == b"secret"
    with pytest.raises(Away, match="does not hold"):  # the certificate is for another name
        get(f"https://other.example:{secure}/x", ca=ca, resolver=lambda *_: ["127.0.0.1"])


def test_a_plain_server_under_an_https_url(server):
    with pytest.raises(Away):
        get(f"https://127.0.0.1:{server.port}/x", seconds=2)


def test_authorities_that_can_not_be_read(secure):
    with pytest.raises(Invalid, match="no certificate authorities"):
        get(f"https://localhost:{secure}/x", ca="/nowhere.pem", resolver=lambda *_: ["127.0.0.1"])
