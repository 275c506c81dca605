"""From the curated files to a release: valid, reasoned over, counted and named."""
