"""The ledger: what was contributed, who decided what about it, and every version that was published."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType

from pyoxigraph import Triple

from khyber.contributions.ledger import backup, contributions, redaction, tokens, verification, versions
from khyber.contributions.ledger.alone import Alone
from khyber.contributions.ledger.database import Database
from khyber.contributions.ledger.entries import NewContribution, NewVersion, Ruling
from khyber.contributions.ledger.opening import open_database
from khyber.contributions.ledger.redaction import Redaction
from khyber.contributions.lock import StateLock
from khyber.contributions.records import (
    Account,
    Action,
    Contribution,
    Decision,
    Kind,
    Status,
    TokenFacts,
    Upload,
    Version,
)
from khyber.contributions.roles import Role
from khyber.errors import LedgerCorrupt, LedgerFailure
from khyber.validation.findings import Report

Clock = Callable[[], datetime]
"""What tells the time, with its zone."""


class Ledger:
    """A ledger that is open. What a call returned from is on the disk; what it raised from did not happen.

    Threads may share one, processes may not: each opens its own, and a child made by ``os.fork`` ends by
    ``os._exit``. Nothing is deleted, except by ``redact``. Beside what each call names, all raise
    LedgerUnavailable where the database does not answer, LedgerCorrupt where it is damaged, and those that
    write StorageFull and LedgerFailure.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._alone: Alone | StateLock | None = None

    @classmethod
    def open(cls, where: str | Path, *, clock: Clock, check: bool = True, make: bool = True) -> Ledger:
        """Open the ledger in a state folder, in a file (….sqlite) or at a URL (postgresql://…), or make one.

        ``check`` reads a file through for damage; without it, damage shows where it is met. Raises
        LedgerTooNew and UsageError, too, and NotFound where there is none and ``make`` is not wanted.
        """
        return cls(open_database(where, check=check, make=make), clock)

    def close(self) -> None:
        """Let go of the database."""
        if self._alone:
            self._alone.release()
            self._alone = None
        self._database.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def name(self) -> str:
        """Give the file, or the URL without its password."""
        return self._database.name

    @property
    def now(self) -> datetime:
        """Give the time by the ledger's clock."""
        return self._clock()

    def reserve(self, address: str) -> None:
        """Keep other servers off this ledger until it is closed; ``address`` tells them who has it.

        Who does not reserve it, may still open it. Raises StateInUse.
        """
        if self._alone is None:
            file = self._database.file
            self._alone = (
                StateLock.take(file.parent, address, name=f"{file.name}.lock")
                if file
                else Alone.take(self._database, address)
            )

    # Contributions

    def submit(self, new: NewContribution) -> Contribution:
        """Keep a contribution for review; give the one that came with the same idempotency key before.

        Raises Conflict where other documents came with that key.
        """
        with self._database.write() as connection:
            return contributions.submit(connection, new, self._clock())

    def repeated(self, author: Account, key: str | None, uploads: tuple[Upload, ...]) -> Contribution | None:
        """Give what the author submitted with this key before, so that it need not be judged again.

        Raises Conflict where other documents came with that key.
        """
        with self._database.read() as connection:
            return contributions.repeated(connection, author, key, uploads)

    def contribution(self, number: int) -> Contribution:
        """Give a contribution. Raises NotFound."""
        with self._database.read() as connection:
            return contributions.contribution(connection, number)

    def contributions(
        self, status: Status | None = None, *, limit: int | None = 50, before: int | None = None
    ) -> Sequence[Contribution]:
        """List contributions, newest first; ``before`` leaves out this number and those above it."""
        with self._database.read() as connection:
            return contributions.listed(connection, status, limit, before)

    def counts(self) -> dict[Status, int]:
        """Count the contributions in each state."""
        with self._database.read() as connection:
            return contributions.counts(connection)

    def payload(self, number: int) -> tuple[Upload, ...]:
        """Give the documents of a contribution as they were sent. Raises NotFound; Redacted."""
        with self._database.read() as connection:
            return contributions.payload(connection, number)

    def patch(self, number: int) -> bytes:
        """Give the RDF Patch of a contribution; after a redaction what is left of it. Raises NotFound."""
        with self._database.read() as connection:
            return contributions.patch(connection, number)

    def report(self, number: int) -> Report:
        """Give what the validation of a contribution found. Raises NotFound; Redacted."""
        with self._database.read() as connection:
            return contributions.report(connection, number)

    def decisions(self, number: int) -> Sequence[Decision]:
        """List the decisions about a contribution in their order. Raises NotFound."""
        with self._database.read() as connection:
            return contributions.decisions(connection, number)

    def decide(
        self,
        number: int,
        action: Action,
        by: Account,
        reason: str,
        version: NewVersion | None = None,
        *,
        superseded: Collection[int] = (),
    ) -> Decision:
        """Decide about a contribution and keep the version that this makes, together or not at all.

        Accepting and reverting make a version. ``superseded`` names accepted contributions that this one
        takes the place of. Raises NotFound; Conflict where the contribution is not (any more) in a state that
        allows it, or the version does not follow the last one.
        """
        with self._database.write() as connection:
            ruling = self._ruling(number, action, by, reason, version)
            return contributions.decide(connection, ruling, superseded)

    def _ruling(
        self, number: int, action: Action, by: Account, reason: str, version: NewVersion | None
    ) -> Ruling:
        time = (version and version.time) or self._clock()
        return Ruling(number, action, by, reason, time, version)

    # Versions

    def head(self) -> Version | None:
        """Give the last version; None where there is none yet."""
        with self._database.read() as connection:
            return versions.head(connection)

    def version(self, sequence: int) -> Version:
        """Give a version. Raises NotFound."""
        with self._database.read() as connection:
            return versions.version(connection, sequence)

    def versions(
        self, *, limit: int | None = 50, before: int | None = None, kind: Kind | None = None
    ) -> Sequence[Version]:
        """List versions, all or those of a kind, newest first.

        ``before`` leaves out this sequence and those above it.
        """
        with self._database.read() as connection:
            return versions.listed(connection, limit, before, kind)

    def delta(self, sequence: int) -> bytes:
        """Give the RDF Patch that made a version, less what redactions took out. Raises NotFound."""
        with self._database.read() as connection:
            return versions.delta(connection, sequence)

    def deltas(self, after: int = -1) -> Iterator[tuple[Version, bytes]]:
        """Give the versions above a sequence in their order, each with its RDF Patch; some at a time."""
        while True:
            with self._database.read() as connection:
                some = versions.following(connection, after)
            if not some:
                return
            yield from some
            after = some[-1][0].sequence

    def record_base(self, version: NewVersion) -> Version:
        """Keep the version that the curated files make, the first one or after they have changed.

        Raises Conflict where it does not follow the last one.
        """
        with self._database.write() as connection:
            return versions.keep(connection, version, version.time or self._clock(), None, None)

    # Redactions

    def redact(
        self,
        number: int,
        by: Account,
        reason: str,
        *,
        triples: Collection[Triple] | None = None,
        version: NewVersion | None = None,
    ) -> Decision:
        """Take out what a contribution says, and ``triples`` wherever they stand; this cannot be undone.

        ``triples`` are, by default, those of its patch; give also the conclusions and the provenance that
        tell them. They leave the patches of all contributions, with the documents and reports of those that
        held one, and the deltas of all versions, ``version`` included: that is the one that takes them from
        the published graph. A contribution that was waiting is rejected. What is missing is counted, and
        audited by hashes. Raises NotFound; Conflict where ``version`` does not follow the last one.
        """
        with self._database.write() as connection:
            ruling = self._ruling(number, Action.REDACT, by, reason, version)
            decision = redaction.redact(connection, ruling, triples)
        self._wipe()
        return decision

    def redactions(self) -> Sequence[Redaction]:
        """List what was taken out, in the order of time."""
        with self._database.read() as connection:
            return redaction.listed(connection)

    def _wipe(self) -> None:
        """Take what was deleted out of SQLite's log, too; in the file itself it is overwritten with zeros."""
        if self._database.is_sqlite:
            with suppress(LedgerFailure), self._database.raw_sqlite() as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # Tokens

    def create_token(
        self, name: str, role: Role, *, query_timeout: float | None = None
    ) -> tuple[TokenFacts, str]:
        """Make a token; give its facts and its secret, which is not kept. Raises InputError for no name."""
        with self._database.write() as connection:
            return tokens.create(connection, name, role, query_timeout, self._clock())

    def tokens(self) -> Sequence[TokenFacts]:
        """List the tokens, revoked ones too, oldest first."""
        with self._database.read() as connection:
            return tokens.listed(connection)

    def revoke_token(self, token: str) -> TokenFacts:
        """Let a token open nothing any more. Raises NotFound."""
        with self._database.write() as connection:
            return tokens.revoke(connection, token, self._clock())

    def find(self, secret: str) -> TokenFacts | None:
        """Give the token of a secret; None if it is not known or was revoked."""
        with self._database.read() as connection:
            return tokens.find(connection, secret)

    # The whole

    def backup(self, folder: Path) -> Path:
        """Copy the ledger to ``ledger.sqlite`` in a folder, consistent while others write; give the file.

        Opening the folder restores it. Raises Conflict where a ledger is there already.
        """
        return backup.back_up(self._database, folder)

    def copy_to(self, other: Ledger) -> None:
        """Copy everything into another ledger without content, say from SQLite to PostgreSQL.

        Raises Conflict where the other has some.
        """
        backup.copy(self._database, other._database)

    def verify(self) -> tuple[str, ...]:
        """Read everything; give a sentence for each thing that is not what was written."""
        found: list[str] = []
        try:
            with self._database.read(snapshot=True) as connection:
                found.extend(verification.damages(connection))
        except LedgerCorrupt as error:  # so damaged that it cannot be read on
            found.append(error.detail)
        return tuple(found)
