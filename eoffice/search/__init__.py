"""Full-text search over letters, cases and attachments, for exactly what one may see."""
