"""Who signs in, what they may do, and the trainers who can be booked."""
