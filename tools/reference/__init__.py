"""The generated pages of docs/reference: what the code says of itself, as tables.

``python -m tools.reference`` writes them; each module makes one page.
"""
