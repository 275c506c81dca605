"""What runs queries."""
