"""Every blueprint of the application, in one list."""

from flask import Blueprint

from blueprints.billing.account import account
from blueprints.billing.views import money
from blueprints.bookings.attendance import attendance
from blueprints.bookings.calendar import calendar
from blueprints.bookings.manage import manage
from blueprints.bookings.public import book
from blueprints.bookings.quick import desk
from blueprints.bookings.series import series
from blueprints.bookings.today import today_page
from blueprints.bookings.trainer_feed import feeds
from blueprints.care.check_in import check_in
from blueprints.care.queue import care_queue
from blueprints.care.reply import care_reply
from blueprints.care.talk import care_talk
from blueprints.care.views import care
from blueprints.choices.choosing import choosing
from blueprints.choices.views import choices
from blueprints.clients.trainers import client_trainers
from blueprints.clients.views import clients
from blueprints.erasure.views import erasure
from blueprints.exchange.imports import exchange_imports
from blueprints.exchange.views import exchange
from blueprints.exercises.imports import exercise_imports
from blueprints.exercises.photos import exercise_photos
from blueprints.exercises.views import exercises
from blueprints.files.views import files
from blueprints.handover.views import handover
from blueprints.health.views import health
from blueprints.inbox.quick_replies import quick_replies
from blueprints.inbox.views import inbox
from blueprints.incidents.views import incidents
from blueprints.joining.house import joining_house
from blueprints.joining.papers import papers
from blueprints.joining.views import joining
from blueprints.leads.imports import imports
from blueprints.leads.lists import lead_lists
from blueprints.leads.views import leads
from blueprints.line.accounts import line_accounts
from blueprints.line.booking import line_booking
from blueprints.line.connect import line_connect
from blueprints.line.person import person_line
from blueprints.line.webhook import line_webhook
from blueprints.memberships.plans import plans
from blueprints.memberships.renewals import renewals
from blueprints.memberships.statement import leaving_statement
from blueprints.memberships.views import memberships
from blueprints.merging.views import merging
from blueprints.messaging.roads import message_roads
from blueprints.messaging.texts import message_texts
from blueprints.messaging.unsubscribe import unsubscribe
from blueprints.messaging.views import messages
from blueprints.my_week.views import my_week
from blueprints.palette.views import palette
from blueprints.people.views import people
from blueprints.playbooks.views import playbooks
from blueprints.preferences.views import preferences
from blueprints.programs.home import home_program
from blueprints.programs.templates import program_templates
from blueprints.programs.views import programs
from blueprints.progress.kinds import measure_kinds
from blueprints.progress.photos import progress_photos
from blueprints.progress.reviews import reviews
from blueprints.progress.sheet import progress_sheet
from blueprints.progress.views import progress
from blueprints.replanning.proposals import proposals
from blueprints.replanning.views import replanning
from blueprints.reports.views import reports
from blueprints.root.views import root
from blueprints.screening.consents import consents
from blueprints.screening.questions import questions
from blueprints.screening.sheet import sheet
from blueprints.screening.views import screening
from blueprints.session_logs.views import session_logs
from blueprints.shifts.views import shifts
from blueprints.staff.views import staff
from blueprints.start.views import start
from blueprints.studio.views import settings
from blueprints.tickets.views import tickets
from blueprints.todos.views import todos
from blueprints.waiting.offers import offers
from blueprints.waiting.views import waiting

BLUEPRINTS: tuple[Blueprint, ...] = (
    account,
    attendance,
    book,
    calendar,
    care,
    care_queue,
    care_reply,
    care_talk,
    check_in,
    choices,
    choosing,
    client_trainers,
    clients,
    consents,
    desk,
    erasure,
    exchange,
    exchange_imports,
    exercise_imports,
    exercise_photos,
    exercises,
    feeds,
    files,
    handover,
    health,
    home_program,
    imports,
    inbox,
    incidents,
    joining,
    joining_house,
    lead_lists,
    leads,
    leaving_statement,
    line_accounts,
    line_booking,
    line_connect,
    line_webhook,
    manage,
    measure_kinds,
    memberships,
    merging,
    message_roads,
    message_texts,
    messages,
    money,
    my_week,
    offers,
    palette,
    papers,
    people,
    person_line,
    program_templates,
    programs,
    plans,
    playbooks,
    preferences,
    progress,
    progress_photos,
    progress_sheet,
    proposals,
    questions,
    quick_replies,
    renewals,
    replanning,
    reports,
    reviews,
    root,
    series,
    screening,
    session_logs,
    settings,
    sheet,
    shifts,
    staff,
    start,
    tickets,
    today_page,
    todos,
    unsubscribe,
    waiting,
)
