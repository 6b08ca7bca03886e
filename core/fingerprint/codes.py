"""What a Chromaprint code is: how much sound it is made from, and how much lies between two.

Only numbers, so that comparing songs needs neither libchromaprint nor a resampler.
"""

CHROMAPRINT_RATE_HZ = 11_025
BITS_A_CODE = 32

# Chromaprint 1.5, src/fingerprinter_configuration.cpp (algorithm TEST2, its default): frames of
# 4,096 samples, each a third of that (in whole samples) after the one before it.
_FRAME_SAMPLES = 4_096
_HOP_SAMPLES = 1_365
# A code is computed from this many frames: classifiers up to 16 wide, over chroma that is
# smoothed by a filter of 5.
_FRAMES_A_CODE = 16 + 5 - 1

CODE_PERIOD_S = _HOP_SAMPLES / CHROMAPRINT_RATE_HZ  # 0.124 s from a code to the next
# How much sound a code is computed from: code i describes what lies from i * CODE_PERIOD_S to
# i * CODE_PERIOD_S + CODE_SPAN_S, and shorter sounds have no code at all.
CODE_SPAN_S = ((_FRAMES_A_CODE - 1) * _HOP_SAMPLES + _FRAME_SAMPLES) / CHROMAPRINT_RATE_HZ
