"""Desks: where people of one calling work. Each folder has one shape (docs/decisions/0004) and knows no other desk.

A desk owns no truth: what matters is an object in the kernel. What two desks need moves down into ``casework``.
``app.desks`` mounts them.
"""
