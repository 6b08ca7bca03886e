"""How the tonal sequences of two songs are aligned, and which versions that shows."""
