"""One template in many apps: upgrades of the fleet, deprecation."""
