"""What the trial of the exits runs commands with: the fixtures of the command line's own tests."""

from tests.cli.conftest import command, made, node

__all__ = ["command", "made", "node"]
