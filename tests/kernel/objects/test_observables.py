"""Observables: one normal form per value, what objects hold, and what a search may mean."""

import time
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.kernel.objects.observables import HASH_LENGTHS, KINDS, guess, normalise, of_object

MD5 = "d41d8cd98f00b204e9800998ecf8427e"
SHA1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    ("kind", "value", "normal"),
    [
        ("ipv4-addr", "198.51.100.3", "198.51.100.3"),
        ("ipv4-addr", " 198[.]51(.)100[dot]3 ", "198.51.100.3"),
        ("ipv4-addr", "198.51.100.3/32", "198.51.100.3"),
        ("ipv4-addr", "198.51.100.3/24", "198.51.100.0/24"),
        ("ipv4-addr", "0.0.0.0/0", "0.0.0.0/0"),
        ("ipv4-addr", "198.51.100.03", None),
        ("ipv4-addr", "198.51.100.256", None),
        ("ipv4-addr", "198.51.100", None),
        ("ipv4-addr", "198.51.100.3/33", None),
        ("ipv4-addr", "198.51.100.3/", None),
        ("ipv4-addr", "2001:db8::1", None),
        ("ipv6-addr", "2001:0DB8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
        ("ipv6-addr", "[2001:db8::1]", "2001:db8::1"),
        ("ipv6-addr", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("ipv6-addr", "2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("ipv6-addr", "2001:db8::1:0:0:1", "2001:db8::1:0:0:1"),
        ("ipv6-addr", "::ffff:198.51.100.3", "::ffff:198.51.100.3"),
        ("ipv6-addr", "::FFFF:C633:6403", "::ffff:198.51.100.3"),
        ("ipv6-addr", "2001:db8::ffff/32", "2001:db8::/32"),
        ("ipv6-addr", "2001:db8::1/128", "2001:db8::1"),
        ("ipv6-addr", "fe80::1%eth0", "fe80::1"),
        ("ipv6-addr", "2001:db8::1/129", None),
        ("ipv6-addr", "2001:db8:::1", None),
        ("ipv6-addr", "198.51.100.3", None),
        ("domain-name", "www.Harbour.EXAMPLE", "www.harbour.example"),
        ("domain-name", "www[.]harbour[.]example.", "www.harbour.example"),
        ("domain-name", "bücher.example", "xn--bcher-kva.example"),
        ("domain-name", "XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("domain-name", "bücher。example", "xn--bcher-kva.example"),
        ("domain-name", "straße.example", "xn--strae-oqa.example"),
        ("domain-name", "_dmarc.harbour.example", "_dmarc.harbour.example"),
        ("domain-name", "localhost", "localhost"),
        ("domain-name", "198.51.100.3", None),
        ("domain-name", "-bad.example", None),
        ("domain-name", "two words.example", None),
        ("domain-name", "a..example", None),
        ("domain-name", "x" * 64 + ".example", None),
        ("domain-name", "x" * 63 + ".example", "x" * 63 + ".example"),
        ("domain-name", ("x" * 49 + ".") * 5 + "example", None),
        ("domain-name", "", None),
        ("domain-name", "\u2603" * 2000, None),
        ("url", "https://Host.Example", "https://host.example/"),
        ("url", "hxxps://Host[.]example[:]8080/A?b#C", "https://host.example:8080/A?b#C"),
        ("url", "hxxp[://]host.example/x", "http://host.example/x"),
        ("url", "HTTP://host.example:80/%7euser", "http://host.example/%7euser"),
        ("url", "https://host.example:443?q", "https://host.example/?q"),
        ("url", "https://host.example:/x", "https://host.example/x"),
        ("url", "http://host.example:0080/", "http://host.example/"),
        ("url", "ftp://Me:Secret@HOST.example:21/f", "ftp://Me:Secret@host.example/f"),
        ("url", "http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080/"),
        ("url", "http://198.51.100.3/a[.]b", "http://198.51.100.3/a[.]b"),
        ("url", "http://bücher.example/ü", "http://xn--bcher-kva.example/ü"),
        ("url", "own+scheme://host.example", "own+scheme://host.example"),
        ("url", "host.example/x", None),
        ("url", "http://", None),
        ("url", "http://two words/", None),
        ("url", "http://198.51.100.0/24", "http://198.51.100.0/24"),
        ("url", "javascript:alert(1)", None),
        ("email-addr", "Jan.Novak@Harbour.EXAMPLE", "jan.novak@harbour.example"),
        ("email-addr", "jan[at]harbour[.]example", "jan@harbour.example"),
        ("email-addr", "mailto:jan@harbour.example", "jan@harbour.example"),
        ("email-addr", "jan@bücher.example", "jan@xn--bcher-kva.example"),
        ("email-addr", "jan@[198.51.100.3]", "jan@[198.51.100.3]"),
        ("email-addr", "jan", None),
        ("email-addr", "@harbour.example", None),
        ("email-addr", "jan novak@harbour.example", None),
        ("mac-addr", "D2-FB-49-24-37-18", "d2:fb:49:24:37:18"),
        ("mac-addr", "d2fb.4924.3718", "d2:fb:49:24:37:18"),
        ("mac-addr", "d2:fb:49:24:37", None),
        ("autonomous-system", "64500", "AS64500"),
        ("autonomous-system", "as 064500", "AS64500"),
        ("autonomous-system", "4294967296", None),
        ("autonomous-system", "-1", None),
        ("md5", MD5.upper(), MD5),
        ("md5", SHA1, None),
        ("sha-1", f" {SHA1} ", SHA1),
        ("sha-256", SHA256.replace("e", "g"), None),
        ("ssdeep", "96:Ab+c/D:eF", "96:Ab+c/D:eF"),
        ("ssdeep", "Ab:cd:ef", None),
        ("tlsh", "t1" + "a" * 70, "T1" + "A" * 70),
        ("tlsh", "A" * 70, "T1" + "A" * 70),
        ("cve", "cve-2026-12345", "CVE-2026-12345"),
        ("cve", "CVE\u20112026\u201112345", "CVE-2026-12345"),
        ("cve", "CVE-2026-123", None),
        ("windows-registry-key", "HKLM\\Software\\Own\\", "hkey_local_machine\\software\\own"),
        ("windows-registry-key", "HKEY_CURRENT_USER\\Own", "hkey_current_user\\own"),
        ("file-name", " Invoice.PDF ", "invoice.pdf"),
        ("directory", "C:\\Windows\\", "c:\\windows"),
        ("directory", "/", "/"),
        ("mutex", "__OWN__", "__OWN__"),
        ("user-account", "HARBOUR\\Jan", "harbour\\jan"),
        ("serial-number", "0x04:0C:AB", "40cab"),
        ("serial-number", "00", "0"),
        ("serial-number", "none", None),
        ("software", "Own Reader", "own reader"),
        ("user-agent", "Own/1.0 (X)", "Own/1.0 (X)"),
        ("mutex", "", None),
        ("mutex", "a\0b", None),
        ("no-such-kind", "x", None),
    ],
)
def test_normal_forms(kind, value, normal):
    assert normalise(kind, value) == normal
    if normal is not None:
        assert normalise(kind, normal) == normal


@pytest.mark.parametrize("kind", ["mutex", "file-name", "url", "user-agent"])
def test_what_is_too_long_for_an_index_stands_as_its_digest(kind):
    long = "http://host.example/" + "ü" * 600
    normal = normalise(kind, long)
    assert normal is not None
    assert normal.startswith("sha256:")
    assert len(normal) == 71
    assert normal != normalise(kind, long + "x")


TEXTS = st.one_of(
    st.text(max_size=40),
    st.text("abcXYZ019.-_:/@[]()%? hxptdotüß。\u0130\u200d", max_size=40),
    st.text("0123456789abcdefABCDEF:./[]", max_size=45),
    st.ip_addresses().map(str),
    st.emails(),
    st.from_regex(r"\A[hH]xx?ps?(\[:\]|:)//[a-zA-Z.\[\]]{1,12}(:[0-9]{1,5})?(/.*)?\Z"),
    st.sampled_from([MD5, SHA1, SHA256, "[[.]]", "[.[.]]", "x[dot[dot]]y", "a[.]b", "HKLM\\", "HKLM\\HKCU\\x"]),
)


@settings(max_examples=200)
@given(st.sampled_from(sorted(KINDS)), TEXTS)
def test_a_normal_form_is_its_own_and_fits_an_index(kind, text):
    normal = normalise(kind, text)
    if normal is not None:
        assert normalise(kind, normal) == normal or normal.startswith("sha256:")
        assert 0 < len(normal.encode("utf-8", "surrogatepass")) <= 1024
        assert "\0" not in normal


@given(st.sampled_from(["ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr"]), TEXTS)
def test_what_is_guessed_is_in_normal_form(kind, text):
    for guessed, value in guess(text):
        assert normalise(guessed, value) == value
    normal = normalise(kind, text)
    if normal is not None and kind != "domain-name" and len(text) < 1000:
        assert guess(normal)


@pytest.mark.parametrize(
    ("object_type", "properties", "pairs"),
    [
        ("ipv4-addr", {"value": "198.51.100.3/32"}, [("ipv4-addr", "198.51.100.3")]),
        ("ipv6-addr", {"value": "2001:DB8::1"}, [("ipv6-addr", "2001:db8::1")]),
        ("domain-name", {"value": "Host.example"}, [("domain-name", "host.example")]),
        ("domain-name", {"value": "no name"}, []),
        ("url", {"value": "http://host.example"}, [("url", "http://host.example/")]),
        ("email-addr", {"value": "Jan@host.example"}, [("email-addr", "jan@host.example")]),
        ("mac-addr", {"value": "D2:FB:49:24:37:18"}, [("mac-addr", "d2:fb:49:24:37:18")]),
        (
            "file",
            {"hashes": {"MD5": MD5.upper(), "SHA-256": SHA256, "X-OWN": "x"}, "name": "A.exe"},
            [("file-name", "a.exe"), ("md5", MD5), ("sha-256", SHA256)],
        ),
        ("file", {"name": "A.exe"}, [("file-name", "a.exe")]),
        ("file", {"hashes": {"SHA-256": "short"}}, []),
        (
            "artifact",
            {"hashes": {"SHA-1": SHA1}, "url": "http://host.example/a"},
            [("sha-1", SHA1), ("url", "http://host.example/a")],
        ),
        (
            "x509-certificate",
            {"serial_number": "04:0C", "hashes": {"SHA-1": SHA1}},
            [("serial-number", "40c"), ("sha-1", SHA1)],
        ),
        ("autonomous-system", {"number": 64500}, [("autonomous-system", "AS64500")]),
        ("autonomous-system", {"number": -(10**5000)}, []),
        ("directory", {"path": "/Tmp"}, [("directory", "/tmp")]),
        ("mutex", {"name": "__OWN__"}, [("mutex", "__OWN__")]),
        ("windows-registry-key", {"key": "HKLM\\Own"}, [("windows-registry-key", "hkey_local_machine\\own")]),
        (
            "user-account",
            {"user_id": "1001", "account_login": "Jan"},
            [("user-account", "1001"), ("user-account", "jan")],
        ),
        ("user-account", {"user_id": "jan", "account_login": "Jan"}, [("user-account", "jan")]),
        (
            "software",
            {"name": "Own", "cpe": "cpe:2.3:a:own:own:1:*:*:*:*:*:*:*"},
            [("cpe", "cpe:2.3:a:own:own:1:*:*:*:*:*:*:*"), ("software", "own")],
        ),
        (
            "vulnerability",
            {
                "name": "CVE-2026-12345",
                "external_references": [{"source_name": "cve", "external_id": "cve-2026-54321"}],
            },
            [("cve", "CVE-2026-12345"), ("cve", "CVE-2026-54321")],
        ),
        ("vulnerability", {"name": "Own flaw", "external_references": "none"}, []),
        (
            "network-traffic",
            {"extensions": {"http-request-ext": {"request_header": {"User-Agent": ["Own/1.0"], "Host": ["x"]}}}},
            [("user-agent", "Own/1.0")],
        ),
        ("network-traffic", {"extensions": {"http-request-ext": None}}, []),
        ("network-traffic", {}, []),
        ("indicator", {"pattern": "[ipv4-addr:value = '198.51.100.3']"}, []),
        ("x-own", {"value": "198.51.100.3"}, []),
        ("ipv4-addr", {"value": 4}, []),
    ],
)
def test_objects_hold_observables_as_mappings_and_as_structs(object_type, properties, pairs):
    assert of_object(object_type, properties) == tuple(pairs)
    assert of_object(object_type, SimpleNamespace(**properties)) == tuple(pairs)


@pytest.mark.parametrize(
    "object_type", ["file", "artifact", "software", "vulnerability", "user-account", "x509-certificate"]
)
def test_absent_properties_are_no_trouble(object_type):
    assert of_object(object_type, {}) == ()
    assert of_object(object_type, SimpleNamespace(name=None, hashes=None, external_references=None)) == ()


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("198.51.100.3", [("ipv4-addr", "198.51.100.3")]),
        ("198[.]51[.]100[.]3", [("ipv4-addr", "198.51.100.3")]),
        ("198.51.100.0/24", [("ipv4-addr", "198.51.100.0/24")]),
        ("[2001:db8::1]", [("ipv6-addr", "2001:db8::1")]),
        ("hxxps://Host[.]example/x", [("url", "https://host.example/x"), ("domain-name", "host.example")]),
        ("http://198.51.100.3:8080/", [("url", "http://198.51.100.3:8080/"), ("ipv4-addr", "198.51.100.3")]),
        ("jan(at)host(dot)example", [("email-addr", "jan@host.example")]),
        ("<jan@host.example>", [("email-addr", "jan@host.example")]),
        ("www.host.example", [("domain-name", "www.host.example")]),
        (MD5.upper(), [("md5", MD5)]),
        (f'"{SHA1}"', [("sha-1", SHA1), ("ripemd-160", SHA1)]),
        (SHA256, [("sha-256", SHA256), ("sha3-256", SHA256)]),
        ("cve-2026-12345", [("cve", "CVE-2026-12345")]),
        ("AS64500", [("autonomous-system", "AS64500")]),
        ("asn 64500", [("autonomous-system", "AS64500")]),
        ("00-11-22-33-44-55", [("mac-addr", "00:11:22:33:44:55")]),
        ("HKLM\\Software\\Own Tool", [("windows-registry-key", "hkey_local_machine\\software\\own tool")]),
        ("invoice.exe", [("domain-name", "invoice.exe"), ("file-name", "invoice.exe")]),
        ("Invoice_2026-01!.docm", [("file-name", "invoice_2026-01!.docm")]),
        ("ransomware", []),
        ("harbour group", []),
        ("10", []),
        ("", []),
        ("x" * 5000, []),
        ("3.14", []),
    ],
)
def test_guesses(text, pairs):
    assert guess(text) == pairs


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize(
    "text",
    [
        "[" * 50_000 + "." + "]" * 50_000,
        "http://" + "[" * 50_000 + "." + "]" * 50_000 + "/",
        "a." * 50_000,
        "a-" * 50_000,
        "ü" * 50_000,
        "http://" + "ü." * 50_000,
        "http://" + ":" * 100_000,
        "@" * 100_000,
        "[at]" * 25_000,
        "1" * 100_000,
        "\\" * 100_000,
        " " * 100_000 + "x",
    ],
    ids=lambda text: text[:8],
)
def test_hostile_values_are_answered_in_time(kind, text):
    started = time.process_time()
    normal = normalise(kind, text)
    assert time.process_time() - started < 0.5
    assert normal is None or len(normal) <= 1024


def test_every_hash_algorithm_is_a_kind():
    assert set(HASH_LENGTHS) < KINDS
