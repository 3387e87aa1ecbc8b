"""The demo gym and the bulk load: a gym to look at, and one to measure."""

from backoffice.demo.bulk import load_bulk
from backoffice.demo.gym import demo_is_present, load_demo
from backoffice.demo.people import PASSWORD, SIGN_INS

__all__ = ["PASSWORD", "SIGN_INS", "demo_is_present", "load_bulk", "load_demo"]
