"""Benchmarks of a node beside named peers and beside the limit of the machine; see README.md."""


class BenchError(Exception):
    """A measurement cannot be made or cannot go on; the text says why. The others go on."""
