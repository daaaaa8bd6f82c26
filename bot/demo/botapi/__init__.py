"""A strict loopback stand-in for Telegram's Bot API: the demo's channel and the suite's other end."""
