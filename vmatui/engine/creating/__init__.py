"""New archives of disks."""
