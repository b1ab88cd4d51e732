"""Who came back in a case, and who came back only to do the same again."""

from __future__ import annotations

from tests.frames import mine_steps, step


def _rounds(*did: tuple[str | None, str]) -> tuple[int, int, int, int, int]:
    """Counts for a case in which parties did activities, one after another."""
    steps = [step(key, activity, key, party) for key, (party, activity) in enumerate(did)]
    [case] = mine_steps(*steps, automatic=frozenset({"Robot"})).cases
    return (
        case.parties,
        case.revisits,
        case.revisits_direct,
        case.pingpongs,
        case.pingpongs_direct,
    )


def test_an_answered_question_is_a_revisit_and_no_pingpong() -> None:
    assert _rounds(("HR", "ask"), ("IT", "answer"), ("HR", "use")) == (2, 1, 1, 0, 0)


def test_doing_the_same_again_is_pingpong() -> None:
    assert _rounds(("HR", "ask"), ("IT", "answer"), ("HR", "ask")) == (2, 1, 1, 1, 1)


def test_a_revisit_over_two_others_is_not_direct() -> None:
    assert _rounds(("HR", "ask"), ("IT", "a"), ("Legal", "b"), ("HR", "ask")) == (3, 1, 0, 1, 0)


def test_each_reentry_counts() -> None:
    assert _rounds(("HR", "a"), ("IT", "b"), ("HR", "c"), ("IT", "d")) == (2, 2, 2, 0, 0)


def test_neighbours_are_one_run_and_transparent_ones_are_out() -> None:
    assert _rounds(("HR", "a"), ("Robot", "b"), ("HR", "c"), (None, "d"), ("HR", "e")) == (
        (1, 0, 0, 0, 0)
    )


def test_repeating_within_a_run_is_no_pingpong() -> None:
    assert _rounds(("HR", "a"), ("IT", "b"), ("HR", "c"), ("HR", "c")) == (2, 1, 1, 0, 0)


def test_repeating_what_another_party_did_is_no_pingpong() -> None:
    assert _rounds(("HR", "a"), ("IT", "b"), ("HR", "b")) == (2, 1, 1, 0, 0)


def test_a_run_that_repeats_among_other_things_is_one_pingpong() -> None:
    assert _rounds(
        ("HR", "a"), ("HR", "b"), ("IT", "x"), ("HR", "new"), ("HR", "b"), ("HR", "a")
    ) == (2, 1, 1, 1, 1)


def test_repeating_an_earlier_but_not_the_last_run_is_pingpong() -> None:
    assert _rounds(("HR", "a"), ("IT", "x"), ("HR", "b"), ("IT", "y"), ("HR", "a")) == (
        (2, 3, 3, 1, 1)
    )


def test_nobody_comes_back_in_a_case_without_parties() -> None:
    assert _rounds((None, "a"), ("Robot", "b")) == (0, 0, 0, 0, 0)
