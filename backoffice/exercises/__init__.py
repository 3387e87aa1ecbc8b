"""The exercise library: what can be prescribed, found in both languages."""
