"""How the embedding network is trained, so that anyone can train it again."""
