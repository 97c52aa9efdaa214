"""The tests of sign-in's pages share an app."""

from tests.shared.sign_in.signing_in import door, path, plain_door, urls

__all__ = ["door", "path", "plain_door", "urls"]
