"""Reports as documents: text, JSON, a SHACL validation report in Turtle, SARIF, HTML; see ``formats``."""
