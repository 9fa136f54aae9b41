"""What comes in: reading files with a report, the column sheet, checks before training, the frame store."""
