"""What a poll is compared with: the least that a poller must do, a plain bot, drivers of other readers."""
