"""A whole round in one file: it is read, checked, driven through the services' HTTP API, and its result is shown.

This package makes no decisions; the services do. It is a client such as a province could write.
"""
