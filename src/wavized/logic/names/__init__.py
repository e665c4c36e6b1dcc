"""What the words in names and tags say of a sample. Pure; nothing here reads a file or ever raises."""
