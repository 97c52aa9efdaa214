"""The client of the services: round files, audits, documents, a whole system on one machine. No service imports it."""
