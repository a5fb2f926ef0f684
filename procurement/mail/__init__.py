"""E-mail: what is written, how it looks, the outbox it waits in, and how it leaves."""
