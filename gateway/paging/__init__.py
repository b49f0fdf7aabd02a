"""Where a page begins and ends: pure arithmetic over offsets, cursors and fingerprints."""
