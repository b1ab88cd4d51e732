"""How fast the whole way is, held against the fastest that its parts can be: ``make bench``."""
