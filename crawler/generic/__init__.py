"""Sources that a form describes: what a page, a feed or an OCDS package says, read into records."""
