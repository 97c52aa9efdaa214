"""13 · The council meets and decides open items by vote; its minutes record each decision."""
