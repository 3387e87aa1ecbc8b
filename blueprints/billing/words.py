"""What is called how in the books."""

from flask_babel import lazy_gettext as _l

from backoffice.billing.models import CreditWhy, PaymentKind
from backoffice.billing.open_items import Which

KINDS = {
    PaymentKind.CASH: _l("Cash"),
    PaymentKind.CARD: _l("Card (terminal)"),
    PaymentKind.TRANSFER: _l("Bank transfer"),
    PaymentKind.DEBIT: _l("Direct debit"),
    PaymentKind.PAYPAY: _l("PayPay"),
    PaymentKind.OTHER: _l("Another way"),
}
WHY = {
    CreditWhy.MISTAKE: _l("It was a mistake"),
    CreditWhy.WAIVED: _l("Waived for this person"),
    CreditWhy.CHANGED: _l("What it was for has changed"),
    CreditWhy.LEFT: _l("The person leaves"),
}
WHY_BACK = WHY | {CreditWhy.VISIT: _l("The visit was put right")}
WHICH = {
    Which.ALL: _l("Not paid yet"),
    Which.OVERDUE: _l("Overdue"),
    Which.OWED: _l("To be paid back"),
}
