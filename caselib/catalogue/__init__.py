"""Browsing, online lists, orders and the kiosk."""
