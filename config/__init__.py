"""The floor: what an operator or the staff may change, and its typed readers."""
