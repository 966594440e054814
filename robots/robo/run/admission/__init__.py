"""Whose turn it is: what was asked for and waits, what each run needs, and how many may have that at once."""
