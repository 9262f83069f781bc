"""Files the program shows or serves: icons, fonts, sample letters."""
