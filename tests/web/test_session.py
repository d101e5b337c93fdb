"""Cookies and form tokens."""

import pytest

from comity.web.session import CookieNames, form_token, holds


def test_cookies_are_named_after_the_node_and_bound_to_the_host_where_that_is_https() -> None:
    plain, secure = CookieNames("ab12cd34ef567890", secure=False), CookieNames("ab12cd34ef567890", secure=True)
    assert plain.session == "comity-ab12cd34ef56"
    assert secure.session == "__Host-comity-ab12cd34ef56"
    cookie = secure.cookie(secure.session, "x", lasts=60)
    assert (cookie.secure, cookie.httponly, cookie.samesite, cookie.path, cookie.domain) == (
        True,
        True,
        "lax",
        "/",
        None,
    )
    assert plain.cookie(plain.session, "x", lasts=60).secure is False


@pytest.mark.parametrize("token", [None, "", 7, "x", "é" * 64, form_token("other")])
def test_a_token_holds_for_its_own_secret_only(token: object) -> None:
    assert holds(form_token("secret"), "secret")
    assert not holds(token, "secret")
    assert not holds(form_token(""), "")
