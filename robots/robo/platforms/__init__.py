"""What operating systems do each in its own way: files that are held, processes and how they end, the tie to a lane.

Each of the three packages has one protocol, which says what is promised, and a module for each system that keeps it.
The choice is made there, once; nothing outside of this package asks which system it is on or names what one alone has.
"""

import sys

NAME = sys.platform
"""What Python calls this system, for tables of programs and their places."""
