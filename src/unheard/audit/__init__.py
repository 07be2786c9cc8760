"""What is wrong with recordings, labels and splits: one check a file; corpus in, findings out."""
