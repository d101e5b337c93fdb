import asyncio

import pytest

from comity.kernel.base.errors import Invalid, TooLarge, Unavailable
from comity.kernel.exchange.taxii.bodies import Bodies
from comity.kernel.exchange.taxii.errors import TimedOut


def chunks(*parts, more=False):
    left = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    if left and not more:
        left[-1]["more_body"] = False
    asked = []

    async def receive():
        asked.append(1)
        if not left:
            await asyncio.sleep(10)
        return left.pop(0)

    receive.asked = asked  # type: ignore[attr-defined]  # how often it was called
    return receive


def read(bodies, receive, declared=None):
    async def run():
        async with bodies.read(declared, receive) as body:
            return body, bodies._held

    return asyncio.run(run())


def bounded(largest=100, most=1000, seconds=5.0):
    return Bodies(largest=largest, most=most, seconds=seconds)


@pytest.mark.parametrize("parts", [[b""], [b"abc"], [b"ab", b"", b"c"], [b"x" * 50, b"y" * 50]])
@pytest.mark.parametrize("declared", [True, False])
def test_a_body_is_put_together(parts, declared):
    whole = b"".join(parts)
    bodies = bounded()
    body, held = read(bodies, chunks(*parts), b"%d" % len(whole) if declared else None)
    assert body == whole
    assert held == len(whole)
    assert bodies._held == 0


def test_a_declared_length_over_the_bound_is_refused_unread():
    receive = chunks(b"x" * 101)
    with pytest.raises(TooLarge) as caught:
        read(bounded(), receive, b"101")
    assert caught.value.status == 413
    assert not receive.asked


def test_a_body_that_grows_over_the_bound_is_refused_at_that_byte():
    receive = chunks(*[b"x" * 60] * 50)
    bodies = bounded()
    with pytest.raises(TooLarge):
        read(bodies, receive)
    assert len(receive.asked) == 2
    assert bodies._held == 0


@pytest.mark.parametrize("declared", [b"", b"-1", b"1e3", b"0x10", b"9" * 30, b"1, 1", b"\xb2"])
def test_a_length_that_is_no_number(declared):
    with pytest.raises(Invalid):
        read(bounded(), chunks(b"x"), declared)


def test_a_client_that_stalls_is_cut_off():
    bodies = bounded(seconds=0.05)
    with pytest.raises(TimedOut) as caught:
        read(bodies, chunks(b"a", more=True), b"2")
    assert caught.value.status == 408
    assert bodies._held == 0


def test_a_client_that_goes_away():
    async def receive():
        return {"type": "http.disconnect"}

    with pytest.raises(Invalid):
        read(bounded(), receive)


@pytest.mark.parametrize("declared", [b"60", None])
def test_what_one_process_holds_is_bounded(declared):
    async def run():
        bodies = bounded(most=100)
        async with bodies.read(b"60", chunks(b"x" * 60)):
            with pytest.raises(Unavailable) as caught:
                async with bodies.read(declared, chunks(b"x" * 60)):
                    pass
            assert caught.value.status == 503
            assert bodies._held == 60
        async with bodies.read(declared, chunks(b"x" * 60)) as body:
            assert len(body) == 60
        return bodies._held

    assert asyncio.run(run()) == 0


def test_an_error_while_a_body_is_held_is_not_taken_for_a_slow_client():
    async def run():
        async with bounded().read(None, chunks(b"x")):
            raise TimeoutError

    with pytest.raises(TimeoutError):
        asyncio.run(run())
