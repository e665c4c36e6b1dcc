"""The journal: every job and what became of it, in one SQLite file that survives a crash at any moment."""

from wavized.journal.store import SqliteJournal

__all__ = ["SqliteJournal"]
