"""Store: the append-only log, the schedule of feeds, and the views read from the log."""
