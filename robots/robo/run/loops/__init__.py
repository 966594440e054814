"""The loops: which items there are, which are left to do, what goes back to where they came from."""
