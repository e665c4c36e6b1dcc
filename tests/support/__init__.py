"""What tests share: sample files, fakes, waiting."""
