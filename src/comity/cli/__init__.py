"""The command line: thin. A command parses, calls, prints; what it means stands in ``app`` and below.

``main`` is the entry. Commands live in ``starting``, ``directory`` and ``objects``; they are light to import, and reach
for what is heavy (database, server) only when run, so that ``comity --help`` answers at once.
"""
