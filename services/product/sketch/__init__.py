"""Procedural drawings of scenes: the layout that image-to-image diffusion starts from, and what it was trained on."""
