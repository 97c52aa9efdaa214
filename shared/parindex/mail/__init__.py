"""E-mail: the form of an address, a letter, and the client of a mail server."""
