"""Who needs a guardian: whoever is under 18 on the first day (Civil Code, article 4; since 1 April 2022)."""

from datetime import date

OF_AGE = 18


def of_age_on(birth: date) -> date:
    """The birthday on which somebody is of age. Born on 29 February: 1 March where there is no such day. Pure."""
    try:
        return birth.replace(year=birth.year + OF_AGE)
    except ValueError:
        return date(birth.year + OF_AGE, 3, 1)


def is_minor(birth: date, on: date) -> bool:
    """Whether somebody is under age on a day. Pure."""
    return on < of_age_on(birth)


def latest_birth_of_age(on: date) -> date:
    """The latest date of birth of whoever is of age on a day. Pure."""
    try:
        return on.replace(year=on.year - OF_AGE)
    except ValueError:
        return date(on.year - OF_AGE, 2, 28)
