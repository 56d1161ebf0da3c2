"""What an archive proves to be: its findings, its manifest, its report."""
