"""How bytes arrive from instruments: a drop folder, an ASTM line, a serial line. No clock, no database, no web."""
