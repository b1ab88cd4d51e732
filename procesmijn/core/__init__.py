"""What is computed: pure functions on arrays, from events to facts. No I/O, and it knows nobody."""
