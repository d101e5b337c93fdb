"""Observables: the addresses, names and hashes that correlate objects, each as a kind and one normal form of its value.

Lives here: the normal forms (``forms``, ``urls``), what an object of a type contains (``extract``), and what a person
may have meant by a text in a search box (``guess``). Not here: patterns (``patterns`` finds its comparisons and calls
``normalise``), and where observables are stored. Invariants: pure functions; a normal form is a fixed point of
``normalise``; no value is longer than 1024 bytes of UTF-8 (a longer one stands as its SHA-256) or holds NUL, so that
every index can hold it.

Kinds: the cyber-observable's type where its value is the observable (``ipv4-addr``, ``domain-name``, ``url`` ...), a
hash algorithm in lower case (``md5``, ``sha-256`` ...), and ``file-name``, ``directory``, ``cve``, ``serial-number``,
``cpe``, ``user-agent``.
"""

from comity.kernel.objects.observables.extract import of_object
from comity.kernel.objects.observables.forms import HASH_LENGTHS, KINDS, normalise
from comity.kernel.objects.observables.guess import guess

__all__ = ["HASH_LENGTHS", "KINDS", "guess", "normalise", "of_object"]
