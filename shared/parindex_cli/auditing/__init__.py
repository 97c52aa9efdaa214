"""The audit: every log, every edition and a kept copy are checked from outside (`parindex audit`)."""
