"""Pages of bookings: the visitor's, the desk's day and calendar, and the link of whoever booked."""
