"""Who takes part: parties, collections and their access lists, tokens, accounts. Rules only; the rows are the store's.

``directory.Directory`` brings the parts together. What a party may see inside a collection is policy's to decide, not
the access list's: the list says where, policy says whether.
"""
