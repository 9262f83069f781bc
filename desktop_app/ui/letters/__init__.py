"""The tray, the page, the letter being prepared."""
