"""`python -m robo` is the command `robo`."""

from robo.cli.main import main

if __name__ == "__main__":
    main()
