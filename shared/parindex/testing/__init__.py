"""What tests lean on: real servers, cloned databases, and rules told as given, when, then."""
