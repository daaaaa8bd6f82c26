"""The flood limits, on a clock turned by hand."""

from bot.demo.botapi.limits import Flood, Limits


class Clock:
    """A clock that stands still until told otherwise."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def _flood(**limits: float) -> tuple[Flood, Clock]:
    clock = Clock()
    return Flood(Limits(**limits), clock), clock  # type: ignore[arg-type]


def test_a_chat_takes_a_small_burst_and_then_one_message_a_second() -> None:
    flood, clock = _flood()
    assert [flood.admit(1, is_group=False) for _ in range(4)] == [0, 0, 0, 1]
    clock.now += 1
    assert flood.admit(1, is_group=False) == 0
    assert flood.violations == []


def test_one_chat_waiting_does_not_stop_another() -> None:
    flood, _ = _flood()
    assert [flood.admit(1, is_group=False) for _ in range(4)][-1] == 1
    assert flood.admit(2, is_group=False) == 0


def test_writing_during_the_wait_starts_it_anew_and_is_recorded() -> None:
    flood, clock = _flood()
    flood.refuse(1, 10)
    clock.now += 9
    assert flood.admit(1, is_group=False) == 10
    clock.now += 9
    assert flood.admit(1, is_group=False) == 10
    clock.now += 10
    assert flood.admit(1, is_group=False) == 0
    assert [round(v.early_s) for v in flood.violations] == [1, 1]


def test_a_group_or_channel_takes_twenty_a_minute_a_private_chat_more() -> None:
    flood, clock = _flood()
    for _ in range(20):
        assert flood.admit(-1, is_group=True) == 0
        assert flood.admit(1, is_group=False) == 0
        clock.now += 1
    assert flood.admit(-1, is_group=True) == 40
    assert flood.admit(1, is_group=False) == 0


def test_thirty_a_second_over_all_chats() -> None:
    flood, clock = _flood()
    assert [flood.admit(n, is_group=False) for n in range(31)] == [0] * 30 + [1]
    clock.now += 1
    assert flood.admit(31, is_group=False) == 0


def test_an_album_counts_per_item() -> None:
    flood, _ = _flood()
    assert flood.admit(1, is_group=False, messages=3) == 0
    assert flood.admit(1, is_group=False) == 1


def test_without_limits_only_an_ordered_wait_holds() -> None:
    clock = Clock()
    flood = Flood(None, clock)
    assert [flood.admit(1, is_group=True) for _ in range(50)] == [0] * 50
    flood.refuse(1, 5)
    assert flood.admit(1, is_group=True) == 5
