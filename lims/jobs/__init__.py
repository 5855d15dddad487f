"""The door of work that nobody waits for: the queue that moves it, the worker that does it, the kinds there are."""
