"""The palette: people and pages by a few typed letters."""
