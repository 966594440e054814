"""The files robot: what lies in a folder, moved and copied without ever losing or overwriting anything."""

from robo.files.listing import Files
from robo.files.moving import copy, move

__all__ = ["Files", "copy", "move"]
