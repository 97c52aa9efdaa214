"""2 · The office fills a criteria set in as an Excel file, and sees every mistake before it is enacted."""
