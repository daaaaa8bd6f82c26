"""Tests of the Bot API stand-in itself: everything else in the suite leans on it."""
