"""Reads the forms of simap before July 2024, from archiv.simap.ch or from files."""
