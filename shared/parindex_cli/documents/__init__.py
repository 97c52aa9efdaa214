"""The documents that describe the system, made from the code: OpenAPI, AsyncAPI, the page on events."""
