"""How facts travel between services: relay, message, consumer; the broker is an accelerator, the source's log the truth."""
