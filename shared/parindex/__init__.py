"""The kernel: event store, bus, HTTP, sign-in and hosting, for any service. It knows no service."""
