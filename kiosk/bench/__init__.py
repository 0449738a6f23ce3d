"""`make bench`: every promise of speed and size, measured on the machine it runs on."""
