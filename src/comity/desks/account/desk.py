"""The manifest of the account desk. It has no permissions: its pages are everybody's own, or open."""

from comity.casework.desk import Desk
from comity.desks.account import views
from comity.web.words import msgid

DESK = Desk(
    slug="account",
    title=msgid("Account"),
    sentence=msgid("Sign in, and keep your own password, passkeys, codes and sessions."),
    package="comity.desks.account",
    routes=(
        views.sign_in,
        views.use_password,
        views.use_code,
        views.ask_passkey,
        views.use_passkey,
        views.begin_again,
        views.offer_link,
        views.use_link,
        views.sign_out,
        views.confirm,
        views.confirm_password,
        views.confirm_ask_passkey,
        views.confirm_passkey,
        views.own_account,
        views.start,
        views.set_language,
        views.password,
        views.set_password,
        views.codes,
        views.set_up_codes,
        views.ask_drop_codes,
        views.drop_codes,
        views.add_passkey,
        views.make_passkey,
        views.keep_passkey,
        views.ask_drop_passkey,
        views.drop_passkey,
        views.end_session,
        views.end_others,
    ),
    permissions=(),
)
