"""Bot: the program around the facts: configuration, scheduler, publisher, Telegram, command line."""

__version__ = "0.1.0"  # written here and not asked of the installed package, which costs a tenth of a second
