"""What the program does, spoken in ports: no file, thread or socket of its own but the pipeline's inbox."""
