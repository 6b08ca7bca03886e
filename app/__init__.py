"""The programs: the window and the command line, wired together."""
