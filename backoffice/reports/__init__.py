"""Questions across features: the funnel, and pages that need several features at once."""
