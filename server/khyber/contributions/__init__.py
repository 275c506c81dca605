"""The only door through which the published graph changes: contributions, the ledger, versions."""
