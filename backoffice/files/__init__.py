"""Files about people: photos made anew, papers as they are, both encrypted, each opening recorded."""
