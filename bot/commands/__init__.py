"""Commands: one module for each word of the command line; each holds a `command`."""
