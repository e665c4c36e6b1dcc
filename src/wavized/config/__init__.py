"""The user's YAML file as a frozen, checked value, and where the program keeps its own files."""
