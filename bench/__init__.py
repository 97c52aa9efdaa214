"""How fast it is: the promises of docs/performance.md, measured beside other ways to do the same on this machine."""
