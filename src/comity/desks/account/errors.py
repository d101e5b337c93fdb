"""Errors of the account desk."""

from comity.kernel.base.errors import Invalid


class NoPasskeysHere(Invalid):
    """The page's host is an address or not the node's own name: passkeys are bound to names."""

    code = "account-no-passkeys-here"
    title = "No passkeys at this address"
