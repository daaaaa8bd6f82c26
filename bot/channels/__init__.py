"""Channels: whom we tell, what they are owed, and when; every match is delivered and accounted for."""
