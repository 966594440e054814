"""The browser robot: web applications as people see them, by visible labels and words."""

from robo.browser.filling import fill
from robo.browser.page import Page
from robo.browser.picturing import screenshot
from robo.browser.reading import expect, read, wait
from robo.browser.sending import submit
from robo.browser.walking import click, login, open_

__all__ = ["Page", "click", "expect", "fill", "login", "open_", "read", "screenshot", "submit", "wait"]
