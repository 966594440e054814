"""What can be put back: a backup of the workspace, made while it works, and its restore."""
