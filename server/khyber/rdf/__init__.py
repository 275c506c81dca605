"""RDF terms, namespaces, and Turtle with line numbers."""
