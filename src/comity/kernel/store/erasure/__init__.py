"""Erasure, legal holds, retention, recall (docs/guides/erasure.md): orders to erase and how they are carried out, what stands
against them, what is due by a date, what is taken back from others.

Not here: TAXII's DELETE (``deletion``), rows that nobody needs any more (``leftovers``).
"""
