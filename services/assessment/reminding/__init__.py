"""16 · People are reminded of deadlines, on the desk and by e-mail, each time once."""
