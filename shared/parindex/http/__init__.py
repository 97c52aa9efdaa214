"""HTTP for every service: write endpoints and receipts, problem documents, request limits, correlation ids."""
