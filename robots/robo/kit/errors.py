"""What can go wrong, and who can put it right.

RoboError
    FaultyFlow      the author of the flow or of robo.toml: what is written cannot be run
    Refused         the owner of the data: the work was understood and turned down (business)
    Failed          nobody yet: it did not work, and certainly nothing was changed (technical)
        Unreachable     the site, the share or the server did not answer
        SignedOut       the application asks to sign in again
        Busy            somebody has the file open
        NotRehearsed    a dry run cannot go on: what follows needs what it did not do
    InDoubt         a change may or may not have been made: it must be looked up, or a person must look
    LaneLost        the robot's own tool died (the browser, its driver): the lane ends, another one goes on

After its `yield` a change may end in `Refused` or `Failed` only when it is *certain* that nothing was changed; whatever
else comes out of it is taken for a doubt.
"""

from __future__ import annotations


class RoboError(Exception):
    """Any failure that Robo foresees; its text is meant for the person who runs the flow."""


class FaultyFlow(RoboError):
    """What is written cannot be run."""


class Refused(RoboError):
    """The data were understood and turned down."""


class Failed(RoboError):
    """It did not work, and nothing was changed."""


class Unreachable(Failed):
    """A site, a share or a server did not answer, before anything of the item was shown."""


class SignedOut(Failed):
    """The application shows its sign-in page where it should show the work."""


class Busy(Failed):
    """Somebody has the file open."""


class NotRehearsed(Failed):
    """A dry run came to something that a real run does and it does not; what follows could not be looked at."""


class InDoubt(RoboError):
    """The change may or may not have been made."""


class LaneLost(RoboError):
    """The tool that the robot works with died; what was under way is judged as after a crash."""
