"""IN: published pages, read into notices and recorded."""
