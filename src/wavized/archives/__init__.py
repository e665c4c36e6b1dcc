"""Sample packs that arrive as archives: read, never changed; what is in them lies in a private folder."""

from wavized.archives.store import ArchiveStore

__all__ = ["ArchiveStore"]
