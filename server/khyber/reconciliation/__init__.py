"""Finding the node that a name means: an index of names, and the Reconciliation Service API 0.2 over it."""
