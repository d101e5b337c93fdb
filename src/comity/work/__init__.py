"""The worker: it drives what follows the commit log and what was put off. One at a time in each node, under a lease."""
