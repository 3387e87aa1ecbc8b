"""Pages of joining: the papers at the desk and on the tablet, discounts and terms in the settings."""
