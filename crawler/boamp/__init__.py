"""BOAMP, the French official gazette of public contracts: the shapes of its records and how they are read."""
