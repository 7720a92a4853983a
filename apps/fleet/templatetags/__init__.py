"""Tags of the fleet's pages."""
