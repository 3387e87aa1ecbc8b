"""The health check sheet (健康チェックシート): what is asked, answered and decided before anybody trains."""
