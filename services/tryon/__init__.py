"""Virtual try-on: the person of one photo in the garment of another."""
