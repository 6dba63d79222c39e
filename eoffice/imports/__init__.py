"""Taking offices, people and recipient lists in from Excel: checked whole, stored whole."""
