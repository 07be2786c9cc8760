"""The ways to split a corpus, one file each; `corpus/split.py` tells the story."""
