"""What is kept: the store, and what its tables hold of runs, items and changes."""
