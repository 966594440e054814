"""What all tests share: messages are compared in English, whatever the machine and the workspace speak."""

from __future__ import annotations

import os

from robo.kit.messages import VARIABLE

os.environ[VARIABLE] = "en"
