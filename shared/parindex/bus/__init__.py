"""The bus: integration events between services. The broker only adds speed; the source's log is authoritative."""
