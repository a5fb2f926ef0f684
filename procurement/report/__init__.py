"""The yearly report of the observatory as a PDF, to be printed for a committee."""
