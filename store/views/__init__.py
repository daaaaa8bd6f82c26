"""Views: read models folded from the log; disposable, each with the position it has reached."""
