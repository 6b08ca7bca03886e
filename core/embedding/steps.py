"""What a tonal sequence is made of; here, so that who compares sequences needs no torch."""

STEP_S = 0.5
N_CLASSES = 12  # of pitch, from A
