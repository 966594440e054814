"""The browser's only way out: declared hosts alone, each form on a connection of its own, and a count of what left."""

from robo.browser.proxy.door import Door
from robo.browser.proxy.proxy import Proxy
from robo.browser.proxy.traffic import Departure

__all__ = ["Departure", "Door", "Proxy"]
