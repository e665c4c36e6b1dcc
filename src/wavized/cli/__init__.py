"""The command line: reads arguments, prints answers. Every command imports what it needs when it runs."""
