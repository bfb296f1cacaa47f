"""Does the runner keep its promises? Everything here runs a fake binary; nothing is built."""
