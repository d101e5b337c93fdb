"""Settings: where they come from, that each is explained, and that plain HTTP stays on loopback."""

import pytest

from comity.app.settings import SETTINGS, Settings, check_host, read_settings
from comity.kernel.base.errors import Invalid


def test_an_option_wins_over_the_environment_and_that_over_the_default() -> None:
    variables = {"COMITY_PORT": "9000", "COMITY_WORKERS": "3", "COMITY_TAXII_PAGE_MAX": "50", "COMITY_PROXY": "true"}
    read = read_settings(variables, port=9001, workers=None)
    assert (read.port, read.workers, read.host, read.proxy) == (9001, 3, "127.0.0.1", True)
    assert read.taxii.page_max == 50


def test_what_is_empty_or_of_others_is_not_read() -> None:
    assert read_settings({"COMITY_PORT": "", "COMITY_CORPORA": "/x", "PORT": "1"}) == Settings()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("COMITY_PORT", "0"),
        ("COMITY_PORT", "70000"),
        ("COMITY_PORT", "x"),
        ("COMITY_WORKERS", "0"),
        ("COMITY_PROXY", "perhaps"),
        ("COMITY_LOG", "loud"),
        ("COMITY_TAXII_PAGE_MAX", "0"),
    ],
)
def test_what_is_wrong_is_refused_by_name(variable: str, value: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_settings({variable: value})
    assert variable.rsplit("_", maxsplit=1)[-1].lower() in str(caught.value)


def test_every_setting_is_explained() -> None:
    assert {line.name for line in SETTINGS} >= {"data", "host", "port", "taxii_title"}
    for line in SETTINGS:
        assert line.variable == f"COMITY_{line.name.upper()}"
        assert line.help.endswith((".", "node.example")), line.name


@pytest.mark.parametrize(
    ("host", "base", "url"),
    [
        ("127.0.0.1", "", "http://127.0.0.1:8000"),
        ("::1", "", "http://[::1]:8000"),
        ("127.0.0.1", "https://node.example/", "https://node.example"),
    ],
)
def test_url(host: str, base: str, url: str) -> None:
    assert Settings(host=host, base_url=base).url == url


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_loopback_is_spoken_on(host: str) -> None:
    check_host(Settings(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.7", "node.example", "127.0.0.1.example"])
def test_elsewhere_only_behind_a_declared_proxy(host: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_host(Settings(host=host))
    assert "COMITY_PROXY" in caught.value.hint
    check_host(Settings(host=host, proxy=True))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "node.example"])
def test_with_tls_on_any_address(host: str) -> None:
    check_host(Settings(host=host, tls_cert="cert.pem", tls_key="key.pem"))
    assert Settings(host="192.0.2.7", tls_cert="cert.pem", tls_key="key.pem").url == "https://192.0.2.7:8000"


@pytest.mark.parametrize(
    "settings",
    [
        Settings(tls_cert="cert.pem"),
        Settings(tls_key="key.pem"),
        Settings(host="0.0.0.0", tls_key="key.pem"),
        Settings(tls_cert="cert.pem", tls_key="key.pem", base_url="http://node.example"),
    ],
)
def test_half_of_tls_is_none(settings: Settings) -> None:
    with pytest.raises(Invalid) as caught:
        check_host(settings)
    assert caught.value.code == "tls"
