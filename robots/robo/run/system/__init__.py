"""What the operating system is asked for: processes and their deaths, locks, walls."""
