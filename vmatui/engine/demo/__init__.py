"""Small believable archives to try everything with."""
