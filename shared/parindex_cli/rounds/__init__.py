"""A whole round in one file: read it, check it, drive it through the services' HTTP doors, show what came out.

Nothing here decides anything: the services do. This is a client of theirs, the same that a province could write.
"""
