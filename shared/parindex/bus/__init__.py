"""How facts travel between services. The broker is an accelerator; the source's log is the truth."""
