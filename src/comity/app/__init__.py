"""The composition root: settings become a node, desks are mounted, the server runs. The only place that sees all."""
