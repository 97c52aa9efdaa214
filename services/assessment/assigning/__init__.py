"""4 · A unit hands its criteria to persons of its departments."""
