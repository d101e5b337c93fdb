"""Errors of the node desk: none of its own."""
