"""Bot: the program around the facts: configuration, scheduler, publisher, Telegram, command line."""

from importlib.metadata import version

__version__ = version("pactwatch")
