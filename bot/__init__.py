"""Bot: the program around the facts: configuration, scheduler, publisher, Telegram, command line."""
