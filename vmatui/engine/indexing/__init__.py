"""Tables of what is where in an archive, for the map, for lists, and kept in a cache."""
