"""An invented simap.ch: made-up notices and members for demonstrations and tests, and a server."""
