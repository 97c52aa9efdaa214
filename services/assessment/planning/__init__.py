"""0 · The office prepares a year in one workbook, sees all that will be, and enacts its set and opens its round."""
