"""What every service may lean on; it knows no service."""
