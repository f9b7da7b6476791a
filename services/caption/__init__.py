"""Captions: what a picture shows, in words."""
