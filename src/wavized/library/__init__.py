"""The library on disk: the only code that puts samples into it, moves them within it and takes them back."""

from wavized.library.digest import sha256_of
from wavized.library.filer import LibraryFiler

__all__ = ["LibraryFiler", "sha256_of"]
