"""Comity: a node through which a party cooperates with parties that it does not fully trust.

The map is docs/architecture.md. Imports point down: cli > app > desks > casework > web | work | adapters > kernel.
"""
