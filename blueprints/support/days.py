"""How a day is written: the one place for pages and for the sentences of refusals."""

from datetime import date

WEEKDAYS = {"ja": "月火水木金土日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def written(day: date, *, today: date, is_japanese: bool) -> str:
    """11月24日(火) or Tue 24 Nov; with the year when it is not this one."""
    is_other_year = day.year != today.year
    if is_japanese:
        year = f"{day.year}年" if is_other_year else ""
        return f"{year}{day.month}月{day.day}日({WEEKDAYS['ja'][day.weekday()]})"
    year = f" {day.year}" if is_other_year else ""
    return f"{WEEKDAYS['en'][day.weekday()]} {day.day} {MONTHS[day.month - 1]}{year}"
