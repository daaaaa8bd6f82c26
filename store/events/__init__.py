"""The event types: every fact pactwatch records, and the natural key that makes recording it twice harmless.

A type, once released, is for ever: its name ends in a version, a change is a new version plus an upcaster in
`store.codec`. Times inside events are aware UTC. Everything needed to show an event later is in the event.
`catalogue.py` lists them all; the reference for readers of a log is `docs/events.md`, made by `store.eventdoc`.
"""
