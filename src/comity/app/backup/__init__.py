"""Backups: a node as one encrypted file, and a node made of one again (docs/decisions/0014).

``sealing``    the file's outer form: a head, then chunks that authenticate each other's order and end
``entries``    what is inside: a sequence of entries, each with its digest
``periods``    the keys that backups are encrypted under, one for each month
``record``     what the node remembers of its last backup
``saving``     a node is saved, and the file tried
``restoring``  a node is made from a file
"""
