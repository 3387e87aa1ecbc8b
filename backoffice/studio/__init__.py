"""The gym itself: address, services, rooms, opening days and settings."""
