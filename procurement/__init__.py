"""Shared by crawler, matcher and web: the trade's words, tables, rules and mail."""
