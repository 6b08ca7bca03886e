"""Reading, shaping and playing sound."""
