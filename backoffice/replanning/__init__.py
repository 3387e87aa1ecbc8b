"""A trainer cannot come: which bookings it hits, what is proposed to each guest, and what became of each."""
