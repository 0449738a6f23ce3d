"""Drawing on A4: the font that holds every Japanese name, and sheets measured in millimetres."""
