"""What must never be wrong: objects, policy, ledger, store, directory, exchange.

In order: exchange > directory > store > ledger | policy > objects > base. ``base``, ``objects``, ``policy`` and
``ledger`` are pure: no I/O, no clock, no randomness of their own, also not through others (docs/decisions/0001).
"""
