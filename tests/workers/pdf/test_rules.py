"""Ruling lines are put in order before anything is read from them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workers.pdf.model import Rule
from workers.pdf.rules import MOST, covered, frames, joined, positions


def test_dots_and_dashes_become_one_line():
    dots = [Rule(True, 100.0, x, x + 1) for x in range(50, 200, 4)]
    assert joined(dots) == [Rule(True, 100.0, 50, 199)]


def test_a_double_line_is_one_position():
    double = [Rule(True, 100.0, 50, 200), Rule(True, 101.5, 50, 200)]
    assert len(joined(double)) == 1


def test_pieces_far_apart_stay_apart():
    assert len(joined([Rule(True, 100.0, 50, 100), Rule(True, 100.0, 120, 170)])) == 2


def test_what_is_too_short_to_rule_is_dropped():
    assert joined([Rule(True, 100.0, 50, 53)]) == []


def test_of_too_many_lines_the_longest_count():
    short = [Rule(True, 3.0 * i, 0, 10) for i in range(MOST)]
    kept = joined([*short, Rule(True, -10.0, 0, 500)])
    assert len(kept) == MOST
    assert max(r.length for r in kept) == 500


def test_two_boxes_are_two_frames():
    def box(x):
        return [
            Rule(True, 10, x, x + 50),
            Rule(True, 60, x, x + 50),
            Rule(False, x, 10, 60),
            Rule(False, x + 50, 10, 60),
        ]

    found = frames([*box(0), *box(100)])
    assert sorted(f.box for f in found) == [(0, 10, 50, 60), (100, 10, 150, 60)]


def test_lines_that_do_not_meet_are_no_common_frame():
    assert len(frames([Rule(True, 10, 0, 50), Rule(False, 80, 0, 60)])) == 2


def test_nearby_positions_are_averaged():
    assert positions([Rule(False, 10.0, 0, 1), Rule(False, 12.0, 0, 1), Rule(False, 40.0, 0, 1)]) == [
        11.0,
        40.0,
    ]


_pieces = st.lists(
    st.tuples(st.floats(-50, 150), st.floats(0, 80)).map(lambda p: Rule(True, 0.0, p[0], p[0] + p[1])),
    max_size=8,
)


@given(_pieces, _pieces)
def test_more_lines_never_cover_less_and_never_more_than_all(some, more):
    one, both = covered(some, 0.0, 100.0), covered([*some, *more], 0.0, 100.0)
    assert 0.0 <= one <= both + 1e-9 <= 1.0 + 2e-9


def test_overlapping_lines_cover_once():
    assert covered([Rule(True, 0, 0, 50), Rule(True, 0, 25, 75)], 0.0, 100.0) == 0.75
