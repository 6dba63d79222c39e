"""The sample district: invented offices and people, and a month of letters made by the services."""
