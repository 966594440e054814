"""The mail robot: letters to people, each sent once."""

from robo.mail.sending import send_mail

__all__ = ["send_mail"]
