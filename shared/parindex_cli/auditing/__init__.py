"""The audit (`parindex audit`): it checks every log and every edition from outside, also against a kept copy."""
