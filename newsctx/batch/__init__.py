"""Many photographs: a queue that survives its process, and a table of what came of each."""
