"""Composition root: settings, addresses, home pages, menus and the commands that install and run the site."""
