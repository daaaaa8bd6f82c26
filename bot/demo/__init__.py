"""Demo: the whole program against loopback stand-ins for the feeds and for Telegram."""
