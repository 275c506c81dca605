"""The ledger: SQLite or PostgreSQL. Only here is SQLAlchemy known."""

from khyber.contributions.ledger.entries import NewContribution, NewVersion
from khyber.contributions.ledger.ledger import Ledger
from khyber.contributions.ledger.redaction import Redaction

__all__ = ["Ledger", "NewContribution", "NewVersion", "Redaction"]
