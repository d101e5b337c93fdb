"""The ledger's pure part: leaves as salted commitments. Tree, tiles, checkpoints and receipts are built on these rows.

``leaf``  kinds of leaves, the statement each commits to, the commitment itself
"""
