"""Agreements: what two or more parties agreed about what may go to whom, as data that people can read. Pure.

``articles``   what an agreement says, article by article, as structs
``binding``    an agreement as it binds one party of this node's directory, its names resolved
"""
