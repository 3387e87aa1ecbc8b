"""Times to choose from (候補): up to three are held for one person, who takes one by a tap; the others are freed."""
