"""A hasher for passwords in tests: its hashes are real, and cost next to nothing."""

from argon2 import PasswordHasher

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
