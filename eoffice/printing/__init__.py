"""What goes to the printer: official forms set by Typst, and stamped copies of first pages."""
