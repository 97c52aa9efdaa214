"""How fast it is: the promises of design section 11, measured beside other ways to do the same on this machine."""
