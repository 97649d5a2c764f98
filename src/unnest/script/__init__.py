"""From mapping and stage to named SQL statements; pure."""
