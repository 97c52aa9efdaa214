"""The documents that describe the system to machines, made from the code: OpenAPI, AsyncAPI."""
