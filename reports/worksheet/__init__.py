"""The printed worksheet an analyst takes to the bench."""
