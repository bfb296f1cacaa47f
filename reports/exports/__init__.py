"""What a run says, in the formats that other programs read: CI systems, code scanning, benchmark trackers."""
