"""9 · A unit fills its sheet in as an Excel file, and sees what that changes before it is applied."""
