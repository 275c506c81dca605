"""Links to Wikidata: finding candidates, checking what is asserted, and taking over names and coordinates."""
