"""From sound to vectors."""
