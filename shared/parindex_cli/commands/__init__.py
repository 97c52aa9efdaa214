"""The commands of `parindex` that work on a whole installation or on files; one module each."""
