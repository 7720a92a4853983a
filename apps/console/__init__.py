"""Home, layout and shell of the pages."""
