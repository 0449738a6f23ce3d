"""What the centre keeps on disk: no document, no person."""
