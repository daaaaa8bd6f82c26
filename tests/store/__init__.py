"""Tests of the store: the contract of the log, the codec, the seals and the views."""
