"""One row per human, with every key by which they are found again."""
