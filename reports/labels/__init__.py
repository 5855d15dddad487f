"""Sample labels: single labels for label printers and A4 sheets."""
