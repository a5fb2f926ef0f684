"""simap.ch: the shape of its answers and how they are read."""
