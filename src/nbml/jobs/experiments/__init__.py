"""Next experiments: planned out of a front, measured later, compared with what was foreseen."""
