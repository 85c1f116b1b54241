"""Files that merchants hand in and take out: spreadsheets, grants and opening balances by file, exports."""
