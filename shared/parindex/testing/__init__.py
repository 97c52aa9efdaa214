"""The testing kit: fixtures of real servers and cloned databases, conformance suites, and given/when/then for rules."""
