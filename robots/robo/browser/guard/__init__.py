"""The guard of a dry run: a process of its own between Playwright and the browser, which lets nothing out that writes.

What runs there (`process`, `wire`, `judge`, `request`) imports nothing of Robo but its neighbours here, and those by
their relative names: the browser does not wait for more than a bare Python to start.
"""
