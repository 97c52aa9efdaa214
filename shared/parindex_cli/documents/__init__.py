"""Documents generated from the code: OpenAPI, AsyncAPI, the pages on events and refusals."""
