"""Exchange with other parties over the network: the TAXII 2.1 server.

What is exchanged is the store's to give (``visible``) and to take (``commit``); who asks is the directory's to say. Here is
only how it travels. Nothing here starts work of its own: what has to go on later is a step that the worker calls.
"""
