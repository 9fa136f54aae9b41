"""Where a table may come from: DataFrames of the kernel, files under allowed folders, dropped files."""
