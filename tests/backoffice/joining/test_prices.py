"""What joining costs: several discounts, never below zero."""

from hypothesis import given
from hypothesis import strategies as st

from backoffice.joining.models import Discount, TakenFrom
from backoffice.joining.prices import take_off

BASES = st.sampled_from(list(TakenFrom))
DISCOUNTS = st.one_of(
    st.builds(Discount, taken_from=BASES, yen=st.integers(1, 200_000)),
    st.builds(Discount, taken_from=BASES, percent=st.integers(1, 100)),
)


@given(st.lists(DISCOUNTS, max_size=6), st.integers(0, 300_000), st.integers(0, 100_000))
def test_never_below_zero_and_never_more_than_promised(
    discounts: list[Discount], price: int, fee: int
) -> None:
    taken = take_off(discounts, price_yen=price, fee_yen=fee)
    for base, full in ((TakenFrom.PLAN, price), (TakenFrom.FEE, fee)):
        assert 0 <= sum(one.yen for one in taken if one.discount.taken_from == base) <= full
    for one, yen in taken:
        full = price if one.taken_from == TakenFrom.PLAN else fee
        assert 0 <= yen <= (one.yen if one.yen is not None else full * (one.percent or 0) // 100)


def test_percent_is_of_the_full_amount_and_yen_are_rounded_down() -> None:
    ten, five = Discount(taken_from="PLAN", percent=10), Discount(taken_from="PLAN", percent=5)
    assert [one.yen for one in take_off([ten, five], price_yen=39_615, fee_yen=0)] == [3_961, 1_980]
