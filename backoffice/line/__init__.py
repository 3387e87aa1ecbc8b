"""LINE as people use it: what the webhook brings, whose account it is, and the buttons of the rich menu."""
