"""Times to choose from: sent by the gym's people, chosen by the guest."""
