"""The dry run: a run over a copy of the store, and the plan that is read from it."""
