"""22 · The round is settled when every closing is in."""
