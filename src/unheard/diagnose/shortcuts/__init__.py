"""What the experiment `shortcut` needs: the recording of a clip apart from its speech, and its exchange."""
