"""The panels: what a page shows of a job and asks of the kernel. anywidget is imported here only."""
