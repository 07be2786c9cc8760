"""Clips that are none of a model's classes, kind by kind, and how far it is taken in by them."""
