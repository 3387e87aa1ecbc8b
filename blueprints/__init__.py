"""HTTP: parse, permit, call one action or a few queries, render."""
