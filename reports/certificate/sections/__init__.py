"""One file a section; each turns the content into blocks and knows nothing of pages."""
