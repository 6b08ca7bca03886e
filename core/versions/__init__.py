"""Versions of one composition: a song's tonal sequence, and how two of them are aligned."""
