"""What states, channels and ways to pay are called."""

from flask_babel import lazy_gettext as _l

from backoffice.bookings.attendance import FeeMethod
from backoffice.bookings.models import Attendance, BookingChannel, BookingState

STATE_WORDS = {
    BookingState.HELD: _l("Tentative"),
    BookingState.BOOKED: _l("Booked"),
    BookingState.ATTENDED: _l("Attended"),
    BookingState.NO_SHOW: _l("No-show"),
    BookingState.CANCELLED: _l("Cancelled"),
    BookingState.LATE_CANCELLED: _l("Late cancel"),
    BookingState.CANCELLED_BY_GYM: _l("Cancelled by the gym"),
}

ATTENDANCE_WORDS = {
    Attendance.EXPECTED: _l("Expected"),
    Attendance.ARRIVED: _l("Arrived"),
    Attendance.ATTENDED: _l("Attended"),
    Attendance.NO_SHOW: _l("No-show"),
}

CHANNEL_WORDS = {
    BookingChannel.PHONE: _l("By phone"),
    BookingChannel.LINE: _l("LINE"),
    BookingChannel.DESK: _l("At the desk"),
    BookingChannel.WEB: _l("Web"),
}

METHOD_WORDS = {
    FeeMethod.CASH: _l("Cash"),
    FeeMethod.CARD: _l("Card"),
    FeeMethod.PAYPAY: _l("PayPay"),
    FeeMethod.TRANSFER: _l("Bank transfer"),
    FeeMethod.OTHER: _l("Another way"),
}

LATE_CHOICES = (5, 10, 15)
"""Minutes of lateness offered as one tap."""

UNDO_OF = {Attendance.ARRIVED: "arrival", Attendance.ATTENDED: "attendance", Attendance.NO_SHOW: "no-show"}
"""Which mark is taken back to leave a state of attendance."""
