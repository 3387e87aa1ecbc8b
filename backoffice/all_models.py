"""Every table of the application, imported so that metadata and migrations know them all."""

from backoffice.billing import models as billing
from backoffice.bookings import models as bookings
from backoffice.care import models as care
from backoffice.choices import models as choices
from backoffice.clients import models as clients
from backoffice.core import audit, column_choices, heartbeat, submissions, uploads
from backoffice.core.db import Base
from backoffice.erasure import models as erasure
from backoffice.exercises import models as exercises
from backoffice.files import models as files
from backoffice.handover import models as handover
from backoffice.inbox import models as inbox
from backoffice.incidents import models as incidents
from backoffice.joining import models as joining
from backoffice.leads import models as leads
from backoffice.line import models as line
from backoffice.memberships import models as memberships
from backoffice.merging import models as merging
from backoffice.messaging import entries, reply_tokens
from backoffice.messaging import models as messaging
from backoffice.people import models as people
from backoffice.playbooks import models as playbooks
from backoffice.programs import models as programs
from backoffice.progress import models as progress
from backoffice.replanning import models as replanning
from backoffice.reports import models as reports
from backoffice.screening import models as screening
from backoffice.session_logs import models as session_logs
from backoffice.shifts import models as shifts
from backoffice.staff import models as staff
from backoffice.studio import models as studio
from backoffice.tickets import models as tickets
from backoffice.todos import models as todos
from backoffice.waiting import models as waiting

MODULES = (
    audit, submissions, uploads, column_choices, heartbeat, studio, people, todos, messaging, entries,
    reply_tokens, line, staff, files, handover, leads, clients, exercises, screening, tickets, bookings, waiting,
    choices, replanning, shifts, memberships, billing, joining, incidents, programs, session_logs, progress,
    care, playbooks, inbox, merging, erasure, reports,
)  # fmt: skip
metadata = Base.metadata
