"""What every page needs: access control, forms, filters, languages, error pages, security headers."""
