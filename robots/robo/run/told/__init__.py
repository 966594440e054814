"""What people read of a run, and what they decide: states and events in words, its folder, its outcome."""
