"""Chromaprint codes: making them, finding them, aligning them."""
