"""Every task a human has to do; the next action of a lead is its one open todo."""
