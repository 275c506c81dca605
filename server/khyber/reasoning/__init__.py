"""OWL 2 RL reasoning: what follows from what was asserted."""
