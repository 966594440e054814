"""A lane, the process that does a run's work, and its walk through the flow from the first step to the last mail."""
