"""What the Makefile runs: making the environment, the lock, the generated pages. None of it ships."""
