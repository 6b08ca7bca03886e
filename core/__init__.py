"""Everything that Songkin knows about songs, without a screen and without a cluster."""
