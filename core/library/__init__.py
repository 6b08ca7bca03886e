"""The SQLite catalogue: the truth about a user's songs."""
