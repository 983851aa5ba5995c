"""Where the triples are: one port (`port`), and the adapters behind it. Only this package opens a store."""
