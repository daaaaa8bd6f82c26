"""End to end: feed bytes in; channel, log and exit codes out, through the command as people type it."""
