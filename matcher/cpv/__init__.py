"""The CPV of a notice that has none, from its text: learnt, measured, kept in a folder, and never its own."""
