"""The error tree: families by who can mend it.

    NodeError
    ├── Invalid       400  what came in is wrong; the caller mends it
    ├── Unauthorised  401  no or bad credentials
    ├── Refused       403  understood, and not allowed
    ├── NotFound      404  absent, or hidden from this viewer (never told apart)
    ├── Conflict      409  contradicts what is held
    ├── TooLarge      413  over a stated bound
    ├── TooMany       429  too often; the same request succeeds after a while
    ├── Unavailable   503  retry later
    └── Corrupt       500  our own state is wrong: stop, recover at start

Every error carries a stable code, a title, the detail (what, where, which clause) and a hint (what to do next).
Surfaces (TAXII, pages, exit codes) map them in one place each.
"""


class NodeError(Exception):
    """Anything the node says no to. ``str()`` is safe to show to whoever caused it: no secret, no path of ours."""

    status = 500
    code = "error"
    title = "Something went wrong"

    def __init__(
        self, detail: str, *, code: str | None = None, hint: str = "", where: str = "", clause: str = ""
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.hint = hint
        self.where = where
        self.clause = clause

    def __str__(self) -> str:
        parts = [self.detail]
        if self.where:
            parts.append(f"at {self.where}")
        if self.clause:
            parts.append(f"({self.clause})")
        return " ".join(parts)


class Invalid(NodeError):
    """What came in is wrong; the caller mends it."""

    status = 400
    code = "invalid"
    title = "The request is not valid"


class Unauthorised(NodeError):
    """No credentials, or credentials that don't hold."""

    status = 401
    code = "unauthorised"
    title = "Sign in, or send a valid token"


class Refused(NodeError):
    """Understood, and not allowed."""

    status = 403
    code = "refused"
    title = "Not allowed"


class NotFound(NodeError):
    """Absent, or hidden from this viewer: the two are never told apart."""

    status = 404
    code = "not-found"
    title = "Not found"


class Conflict(NodeError):
    """Contradicts what is held."""

    status = 409
    code = "conflict"
    title = "Conflicts with what is held"


class TooLarge(NodeError):
    """Over a stated bound."""

    status = 413
    code = "too-large"
    title = "Too large"


class TooMany(NodeError):
    """Too often (RFC 6585 section 4); ``retry_after`` says in whole seconds when the same request may succeed."""

    status = 429
    code = "too-many"
    title = "Too often"

    def __init__(self, detail: str, *, retry_after: int, code: str | None = None, hint: str = "") -> None:
        super().__init__(detail, code=code, hint=hint)
        self.retry_after = retry_after


class Unavailable(NodeError):
    """Can't be done now; the same request may succeed later."""

    status = 503
    code = "unavailable"
    title = "Try again later"


class Corrupt(NodeError):
    """Our own state contradicts itself: stop, and recover at start."""

    status = 500
    code = "corrupt"
    title = "The node's own data is damaged"
