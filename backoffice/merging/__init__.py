"""Two rows that are one human become one, with a preview, and apart again for thirty days."""
