"""How HTTP speaks: doors and receipts of writes, problem documents, limits, ids that follow a request."""
