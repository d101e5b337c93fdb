"""Views of the account desk: the ways in, and a person's own account.

Signing in by link takes two steps on purpose: a link that is only looked at (by a mail scanner, a preview) is not used up;
the button on the page uses it. Every answer of a failed sign-in is the same, whether there is such a name or not.

A passkey takes two forms: the first asks for the ceremony, whose page hands its options to the browser, and the browser's
answer comes back in the second. What the form carries between them is a ticket of the directory's, good once.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from comity.desks.account import actions, queries, rules
from comity.desks.account.objects import (
    CHANGE_PASSWORD,
    CODE,
    NAME_PASSKEY,
    OWN,
    SET_PASSWORD,
    SET_UP_CODES,
    SIGN_IN,
    TRAIL,
    USE_LINK,
    CeremonyPage,
    CodePage,
    LinkPage,
    SignInPage,
    StartPage,
)
from comity.kernel.base.errors import Conflict, Invalid, NodeError, NotFound, TooMany, Unauthorised, Unavailable
from comity.kernel.directory.accounts import Accounts, Browser, SecondStep, SignIn
from comity.kernel.store.types import Account
from comity.web.browser import browser_of
from comity.web.forms import Act, ConfirmationPage, Form, FormPage
from comity.web.guards import CONFIRM, PUBLIC, SIGNED_IN
from comity.web.headers import SCRIPT_POLICY
from comity.web.origin import Origin, passkey_origin
from comity.web.session import begun, ended
from comity.web.visit import Visit, local
from comity.web.words import Phrase, Told, msgid, plural

HOME: Final = "/"
START: Final = f"{OWN}/start"

# What a person who fills a form in can mend: shown in the form. Anything else is an error page.
MENDABLE: Final = (Invalid, Unauthorised, TooMany, Conflict, Unavailable)


# -- signing in ---------------------------------------------------------------------------------------------------------


@get("/sign-in", opt={"permission": PUBLIC}, sync_to_thread=False)
def sign_in(visit: NamedDependency[Visit]) -> Response[Any]:
    """Name and password, or a passkey."""
    then = local(visit.asked.get("next", HOME))
    if visit.account is not None:
        return visit.redirect(then)
    return visit.page(_sign_in_page(visit, SIGN_IN.starting({"next": then})))


@post("/sign-in", opt={"permission": PUBLIC}, status_code=303, sync_to_thread=True)
def use_password(visit: NamedDependency[Visit]) -> Response[Any]:
    """The first step; the only one where the account asks for no code."""
    form = SIGN_IN.filled(visit.typed)
    if not form.ok:
        return visit.page(_sign_in_page(visit, form), status=422)
    try:
        entered = _accounts(visit).sign_in(form.value("name"), form.value("password"), _browser(visit))
    except MENDABLE as error:
        return _refused(visit, _sign_in_page(visit, form.failing(_said(error))), error)
    then = local(form.value("next"))
    if isinstance(entered, SecondStep):
        return visit.page(CodePage(form=CODE.starting({"ticket": entered.ticket, "next": then})))
    return _begin(visit, entered, then)


@post("/sign-in/code", opt={"permission": PUBLIC}, status_code=303, sync_to_thread=True)
def use_code(visit: NamedDependency[Visit]) -> Response[Any]:
    """The second step."""
    form = CODE.filled(visit.typed)
    if not form.ok:
        return visit.page(CodePage(form=form), status=422)
    try:
        entered = _accounts(visit).second_step(form.value("ticket"), form.value("code"), _browser(visit))
    except Unauthorised as error:
        if error.code == "second-step":
            return _refused(visit, CodePage(form=form.failing(_said(error), "code")), error)
        again = SIGN_IN.starting({"next": local(form.value("next"))}).failing(_said(error))
        return _refused(visit, _sign_in_page(visit, again), error)
    except MENDABLE as error:
        return _refused(visit, CodePage(form=form.failing(_said(error))), error)
    return _begin(visit, entered, local(form.value("next")))


@post("/sign-in/passkey", opt={"permission": PUBLIC}, status_code=200, sync_to_thread=True)
def ask_passkey(visit: NamedDependency[Visit]) -> Response[Any]:
    """The ceremony for whoever has a passkey: the browser knows whose."""
    place = actions.passkey_place(_origin(visit))
    options, ticket = _accounts(visit).begin_passkey(place.host)
    then = local(visit.typed.text("next"))
    return _ceremony(
        visit,
        title=msgid("Sign in with a passkey"),
        sentence=msgid(
            "Your browser asks which passkey to use, and then for your finger, face or PIN. None of them leaves "
            "the device."
        ),
        action="/sign-in/passkey/use",
        options=options,
        hidden={"ticket": ticket, "next": then},
        button=msgid("Ask again"),
        cancel="/sign-in",
    )


@post("/sign-in/passkey/use", opt={"permission": PUBLIC}, status_code=303, sync_to_thread=True)
def use_passkey(visit: NamedDependency[Visit]) -> Response[Any]:
    """The browser's answer."""
    place, typed = actions.passkey_place(_origin(visit)), visit.typed
    then = local(typed.text("next"))
    try:
        entered = _accounts(visit).finish_passkey(
            typed.text("ticket"), typed.raw("response"), place.host, place.origin, _browser(visit)
        )
    except MENDABLE as error:
        form = SIGN_IN.starting({"next": then}).failing(_said(error))
        return _refused(visit, _sign_in_page(visit, form), error)
    return _begin(visit, entered, then)


@get(["/sign-in/code", "/sign-in/passkey", "/sign-in/passkey/use"], opt={"permission": PUBLIC}, sync_to_thread=False)
def begin_again(visit: NamedDependency[Visit]) -> Response[Any]:
    """A step in the middle that was loaded again: back to the first."""
    return visit.redirect("/sign-in")


@get("/sign-in/{secret:str}", opt={"permission": PUBLIC}, sync_to_thread=True)
def offer_link(visit: NamedDependency[Visit], secret: FromPath[str]) -> Response[Any]:
    """The button of a one-time link, and what it does."""
    purpose = actions.purpose_of(_accounts(visit), secret)
    return visit.page(_link_page(purpose, secret), status=200 if purpose else 403)


@post("/sign-in/{secret:str}", opt={"permission": PUBLIC}, status_code=303, sync_to_thread=True)
def use_link(visit: NamedDependency[Visit], secret: FromPath[str]) -> Response[Any]:
    """Use the link up."""
    accounts = _accounts(visit)
    purpose = actions.purpose_of(accounts, secret)
    entered = actions.enter(accounts, secret, _browser(visit))
    if entered is None:
        return visit.page(_link_page("", ""), status=403)
    new = purpose != "sign-in" and actions.needs_a_way_in(accounts, entered.account)
    return _begin(visit, entered, START if new else HOME)


@post("/sign-out", opt={"permission": PUBLIC}, status_code=303, sync_to_thread=True)
def sign_out(visit: NamedDependency[Visit]) -> Response[Any]:
    """End the session, here and at the node."""
    names = visit.site.names
    actions.leave(_accounts(visit), visit.request.cookies.get(names.session))
    return ended(visit.redirect("/sign-in"), names)


# -- confirming: before what is dangerous -------------------------------------------------------------------------------


@get(CONFIRM, opt={"permission": SIGNED_IN}, sync_to_thread=True)
def confirm(visit: NamedDependency[Visit]) -> Response[Any]:
    """The ways to prove who one is; then back to where one was going."""
    account, then = _person(visit), local(visit.asked.get("next", OWN))
    return visit.page(queries.confirmation(_accounts(visit), account, _origin(visit), then))


@post(CONFIRM, opt={"permission": SIGNED_IN}, status_code=303, sync_to_thread=True)
def confirm_password(visit: NamedDependency[Visit]) -> Response[Any]:
    """With the password, and a code where one is asked for."""
    accounts, account = _accounts(visit), _person(visit)
    then = local(visit.typed.text("next"))
    asked = queries.confirm_form(accounts, account, then)
    form = asked.filled(visit.typed) if asked else None
    if form is None or not form.ok:
        return visit.page(queries.confirmation(accounts, account, _origin(visit), then, form), status=422)
    try:
        actions.confirm_with_password(
            accounts, _cookie(visit), account, form.value("password"), visit.typed.text("code")
        )
    except MENDABLE as error:
        page = queries.confirmation(accounts, account, _origin(visit), then, form.failing(_said(error)))
        return _refused(visit, page, error)
    return visit.redirect(then)


@post(f"{CONFIRM}/passkey", opt={"permission": SIGNED_IN}, status_code=200, sync_to_thread=True)
def confirm_ask_passkey(visit: NamedDependency[Visit]) -> Response[Any]:
    """The ceremony with one of this person's own passkeys."""
    place, then = actions.passkey_place(_origin(visit)), local(visit.typed.text("next"))
    options, ticket = _accounts(visit).begin_confirm_passkey(_person(visit), place.host)
    return _ceremony(
        visit,
        title=msgid("Confirm with a passkey"),
        sentence=msgid("Your browser asks for one of your passkeys."),
        action=f"{CONFIRM}/passkey/use",
        options=options,
        hidden={"ticket": ticket, "next": then},
        button=msgid("Ask again"),
        cancel=OWN,
    )


@post(f"{CONFIRM}/passkey/use", opt={"permission": SIGNED_IN}, status_code=303, sync_to_thread=True)
def confirm_passkey(visit: NamedDependency[Visit]) -> Response[Any]:
    """The browser's answer."""
    accounts, account, typed = _accounts(visit), _person(visit), visit.typed
    place, then = actions.passkey_place(_origin(visit)), local(typed.text("next"))
    try:
        accounts.confirm_passkey(_cookie(visit), typed.text("ticket"), typed.raw("response"), place.host, place.origin)
    except MENDABLE as error:
        form = queries.confirm_form(accounts, account, then)
        page = queries.confirmation(accounts, account, place, then, form.failing(_said(error)) if form else None)
        return _refused(visit, page, error)
    return visit.redirect(then)


# -- one's own account --------------------------------------------------------------------------------------------------


@get(OWN, opt={"permission": SIGNED_IN}, sync_to_thread=True)
def own_account(visit: NamedDependency[Visit]) -> Response[Any]:
    """What one is here, how one signs in, where one is signed in, what one signs with."""
    languages = visit.site.press.languages
    return visit.page(queries.own_account(_accounts(visit), _person(visit), _cookie(visit), _origin(visit), languages))


@get(START, opt={"permission": SIGNED_IN}, sync_to_thread=True)
def start(visit: NamedDependency[Visit]) -> Response[Any]:
    """For somebody new: a password or a passkey, since the link that brought them here is used up."""
    account = _person(visit)
    return visit.page(
        StartPage(
            name=account.name,
            passkeys=_origin(visit) is not None,
            has_password=_accounts(visit).has_password(account),
        )
    )


@post(f"{OWN}/language", opt={"permission": SIGNED_IN}, status_code=303, sync_to_thread=True)
def set_language(visit: NamedDependency[Visit]) -> Response[Any]:
    """The language of the pages for this person."""
    account = _person(visit)
    form = queries.language_form(account, visit.site.press.languages).filled(visit.typed)
    if form.ok:
        actions.set_language(_accounts(visit), account, form.value("language"))
        return visit.redirect(OWN, msgid("The language of your pages is set."))
    return visit.redirect(OWN, msgid("Choose one of the languages that are listed."), meaning="review")


@get(f"{OWN}/password", opt={"permission": SIGNED_IN, "confirmed": True}, sync_to_thread=True)
def password(visit: NamedDependency[Visit]) -> Response[Any]:
    """A first password, or another one."""
    return visit.page(_password_page(_accounts(visit).has_password(_person(visit))))


@post(f"{OWN}/password", opt={"permission": SIGNED_IN, "confirmed": True}, status_code=303, sync_to_thread=True)
def set_password(visit: NamedDependency[Visit]) -> Response[Any]:
    """Set it. Another one ends all other sessions."""
    accounts, account = _accounts(visit), _person(visit)
    has_one = accounts.has_password(account)
    form = (CHANGE_PASSWORD if has_one else SET_PASSWORD).filled(visit.typed)
    if form.ok and form.value("new") != form.value("again"):
        form = form.failing(msgid("The two are not the same."), "again")
    if not form.ok:
        return visit.page(_password_page(has_one, form), status=422)
    old = form.value("old") if has_one else ""
    try:
        actions.set_password(accounts, account, old, form.value("new"), _cookie(visit))
    except MENDABLE as error:
        field = {"password": "new", "old-password": "old" if has_one else ""}.get(error.code, "")
        return _refused(visit, _password_page(has_one, form.failing(_said(error), field)), error)
    if has_one:
        return visit.redirect(OWN, msgid("Your password is changed. Your other sessions were ended."))
    return visit.redirect(OWN, msgid("Your password is set. From now on you sign in with your name and it."))


@get(f"{OWN}/codes", opt={"permission": SIGNED_IN, "confirmed": True}, sync_to_thread=True)
def codes(visit: NamedDependency[Visit]) -> Response[Any]:
    """The secret for an app that makes codes, as a picture."""
    accounts, account = _accounts(visit), _person(visit)
    if not accounts.has_password(account):
        return visit.redirect(OWN, msgid("Codes go with a password: set one first."), meaning="review")
    offer = accounts.begin_totp(account, issuer=visit.site.services.name)
    return visit.page(queries.codes_page(offer.secret, offer.uri, offer.ticket))


@post(f"{OWN}/codes", opt={"permission": SIGNED_IN, "confirmed": True}, status_code=303, sync_to_thread=True)
def set_up_codes(visit: NamedDependency[Visit]) -> Response[Any]:
    """The app's first code shows that it has the secret; from here on a code is asked for."""
    form = SET_UP_CODES.filled(visit.typed)
    if any(each.name != "code" for each in form.wrong) or not form.value("uri").isascii():
        raise Invalid("A part of the form is missing.", hint="Load the page again.")
    if form.ok:
        try:
            _accounts(visit).finish_totp(_person(visit), form.value("ticket"), form.value("code"))
        except MENDABLE as error:
            form = form.failing(_said(error), "code")
    if not form.ok:
        page = queries.codes_page(form.value("secret"), form.value("uri"), form.value("ticket"), form)
        return visit.page(page, status=422)
    return visit.redirect(OWN, msgid("From now on a code from your app is asked for after your password."))


@get(f"{OWN}/codes/drop", opt={"permission": SIGNED_IN, "confirmed": True}, sync_to_thread=True)
def ask_drop_codes(visit: NamedDependency[Visit]) -> Response[Any]:
    """What it means to do without codes."""
    return visit.page(
        ConfirmationPage(
            title=msgid("Ask for no codes any more?"),
            consequences=(
                msgid("Your password alone then signs you in. Whoever learns it is you."),
                msgid("The entry in your app makes codes that nobody asks for; delete it there."),
            ),
            undone=msgid("Yes: you can set codes up again, with a new secret."),
            form=Form(action=f"{OWN}/codes/drop", button=msgid("Ask for no codes any more"), cancel=OWN, danger=True),
            trail=TRAIL,
        )
    )


@post(f"{OWN}/codes/drop", opt={"permission": SIGNED_IN, "confirmed": True}, status_code=303, sync_to_thread=True)
def drop_codes(visit: NamedDependency[Visit]) -> Response[Any]:
    """Forget the secret."""
    account = _person(visit)
    _accounts(visit).drop_totp(account, by=account.name)
    return visit.redirect(OWN, msgid("No code is asked for any more."))


@get(f"{OWN}/passkeys/add", opt={"permission": SIGNED_IN, "confirmed": True}, sync_to_thread=False)
def add_passkey(visit: NamedDependency[Visit]) -> Response[Any]:
    """First its name: what is later told apart has one."""
    actions.passkey_place(_origin(visit))
    return visit.page(_passkey_page())


@post(f"{OWN}/passkeys/add", opt={"permission": SIGNED_IN, "confirmed": True}, status_code=200, sync_to_thread=True)
def make_passkey(visit: NamedDependency[Visit]) -> Response[Any]:
    """The ceremony that makes it."""
    form = NAME_PASSKEY.filled(visit.typed)
    if not form.ok:
        return visit.page(_passkey_page(form), status=422)
    place = actions.passkey_place(_origin(visit))
    options, ticket = _accounts(visit).add_passkey_begin(_person(visit), place.host)
    return _ceremony(
        visit,
        kind="create",
        title=msgid("Make a passkey"),
        sentence=msgid(
            "Your browser asks where to keep the passkey, and then for your finger, face or PIN. None of them "
            "leaves the device."
        ),
        action=f"{OWN}/passkeys/keep",
        options=options,
        hidden={"ticket": ticket, "name": form.value("name")},
        button=msgid("Ask again"),
        cancel=OWN,
        trail=True,
    )


@post(
    f"{OWN}/passkeys/keep",
    opt={"permission": SIGNED_IN, "confirmed": f"{OWN}/passkeys/add"},
    status_code=303,
    sync_to_thread=True,
)
def keep_passkey(visit: NamedDependency[Visit]) -> Response[Any]:
    """The browser's answer: the new passkey."""
    place, typed = actions.passkey_place(_origin(visit)), visit.typed
    form = NAME_PASSKEY.filled(typed)
    try:
        _accounts(visit).add_passkey_finish(
            _person(visit),
            typed.text("ticket"),
            typed.raw("response"),
            place.host,
            place.origin,
            form.value("name"),
            keep=_cookie(visit),
        )
    except MENDABLE as error:
        return _refused(visit, _passkey_page(form.failing(_said(error))), error)
    return visit.redirect(OWN, msgid("The passkey is made. It signs you in without a password."))


@get(f"{OWN}/passkeys/{{key:str}}/drop", opt={"permission": SIGNED_IN, "confirmed": True}, sync_to_thread=True)
def ask_drop_passkey(visit: NamedDependency[Visit], key: FromPath[str]) -> Response[Any]:
    """What it means to be without this passkey."""
    accounts, account = _accounts(visit), _person(visit)
    held = accounts.passkeys(account)
    found = next((each for each in held if each.id == key), None)
    if found is None:
        raise NotFound("There is no such passkey.", code="passkey-unknown")
    last = len(held) == 1 and not accounts.has_password(account)
    return visit.page(
        ConfirmationPage(
            title=Phrase(msgid("Remove the passkey %(name)s?"), {"name": found.name}),
            consequences=(
                msgid("It signs you in no more, and what you approve is no more signed with it."),
                msgid("What it signed before stays signed."),
                *(
                    (msgid("You have no other way to sign in: you will need a new link from an administrator."),)
                    if last
                    else ()
                ),
            ),
            undone=msgid("No. You can make a new passkey."),
            form=Form(
                action=f"{OWN}/passkeys/{found.id}/drop", button=msgid("Remove this passkey"), cancel=OWN, danger=True
            ),
            trail=TRAIL,
        )
    )


@post(
    f"{OWN}/passkeys/{{key:str}}/drop",
    opt={"permission": SIGNED_IN, "confirmed": True},
    status_code=303,
    sync_to_thread=True,
)
def drop_passkey(visit: NamedDependency[Visit], key: FromPath[str]) -> Response[Any]:
    """Remove it."""
    account = _person(visit)
    _accounts(visit).drop_passkey(account, key, by=account.name)
    return visit.redirect(OWN, msgid("The passkey is removed."))


@post(f"{OWN}/sessions/{{handle:str}}/end", opt={"permission": SIGNED_IN}, status_code=303, sync_to_thread=True)
def end_session(visit: NamedDependency[Visit], handle: FromPath[str]) -> Response[Any]:
    """End one of one's own sessions. No step-up: whoever sees a stranger there must be quick."""
    account = _person(visit)
    _accounts(visit).end(account, handle, by=account.name)
    return visit.redirect(OWN, msgid("That session is ended."))


@post(f"{OWN}/sessions/end-others", opt={"permission": SIGNED_IN}, status_code=303, sync_to_thread=True)
def end_others(visit: NamedDependency[Visit]) -> Response[Any]:
    """End all of one's sessions but this."""
    account = _person(visit)
    ended_now = _accounts(visit).end_all(account, but=_cookie(visit), by=account.name)
    said = plural("%(num)s other session was ended.", "%(num)s other sessions were ended.", ended_now)
    return visit.redirect(OWN, said)


# -- what they share ----------------------------------------------------------------------------------------------------


def _accounts(visit: Visit) -> Accounts:
    return visit.directory.accounts


def _browser(visit: Visit) -> Browser:
    return browser_of(visit.request, visit.site.names, proxied=visit.site.services.proxied)


def _origin(visit: Visit) -> Origin | None:
    return passkey_origin(visit.request, visit.site.services.base_url)


def _person(visit: Visit) -> Account:
    if visit.account is None:
        raise LookupError("a view of one's own account is not mounted as public")
    return visit.account


def _cookie(visit: Visit) -> str:
    return visit.request.cookies.get(visit.site.names.session, "")


def _begin(visit: Visit, entered: SignIn, then: str) -> Response[Any]:
    """The new session; what stood in the browser before is ended."""
    before = _cookie(visit)
    if before and before != entered.cookie:
        actions.leave(_accounts(visit), before)
    return begun(
        visit.redirect(then, secret=entered.cookie),
        visit.site.names,
        cookie=entered.cookie,
        expires=entered.expires,
        device=entered.device,
        now=visit.now,
    )


def _sign_in_page(visit: Visit, form: Form) -> SignInPage:
    then = form.value("next")
    passkey = Act(button=msgid("Sign in with a passkey"), action="/sign-in/passkey", hidden={"next": then})
    return SignInPage(form=form, passkey=passkey if _origin(visit) else None)


def _link_page(purpose: str, secret: str) -> LinkPage:
    form = USE_LINK.to(f"/sign-in/{secret}")
    if purpose == "recovery":
        form = Form(id=form.id, action=form.action, button=msgid("Drop the old ways in and sign in"), danger=True)
    return LinkPage(purpose=purpose, form=form)


def _password_page(has_one: bool, form: Form | None = None) -> FormPage:
    if has_one:
        sentences: tuple[Told, ...] = (
            msgid("Your other sessions end when you change it. Your signing key stays yours."),
        )
        return FormPage(
            title=msgid("Change your password"),
            sentences=sentences,
            form=form or CHANGE_PASSWORD,
            with_name=True,
            trail=TRAIL,
        )
    sentences = (
        msgid(
            "You sign in with your name and this password. It also locks the key with which you sign approvals: "
            "nobody else can use it, an administrator neither."
        ),
    )
    return FormPage(
        title=msgid("Set a password"), sentences=sentences, form=form or SET_PASSWORD, with_name=True, trail=TRAIL
    )


def _passkey_page(form: Form = NAME_PASSKEY) -> FormPage:
    sentences = (
        msgid(
            "A passkey is a key in your device, your password manager or a security key. It signs you in at "
            "this node and nowhere else, and there is nothing to remember or to give away."
        ),
    )
    return FormPage(title=msgid("Make a passkey"), sentences=sentences, form=form, trail=TRAIL)


def _ceremony(
    visit: Visit,
    *,
    title: Told,
    sentence: Told,
    action: str,
    options: str,
    hidden: Mapping[str, str],
    button: Told,
    cancel: str,
    kind: Literal["create", "get"] = "get",
    trail: bool = False,
) -> Response[Any]:
    """The page that hands a ceremony to the browser; the only one on which a script of ours may run."""
    page = CeremonyPage(
        title=title,
        sentence=sentence,
        kind=kind,
        action=action,
        options=options,
        hidden=hidden,
        button=button,
        cancel=cancel,
        trail=TRAIL if trail else (),
    )
    response = visit.page(page)
    response.set_header("content-security-policy", SCRIPT_POLICY)
    return response


def _said(error: NodeError) -> Told:
    return rules.too_many(error.retry_after) if isinstance(error, TooMany) else rules.said(error)


def _refused(visit: Visit, page: Any, error: NodeError) -> Response[Any]:
    """A form with what was wrong. 403 in place of 401, which would have the browser ask by itself (RFC 9110 15.5.2)."""
    status = 403 if isinstance(error, Unauthorised) else error.status
    response = visit.page(page, status=status)
    if isinstance(error, TooMany):
        response.set_header("retry-after", str(error.retry_after))
    return response
