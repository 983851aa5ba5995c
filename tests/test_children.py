"""Child processes: their walls hold, their deadlines too, and nothing of them stays behind."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bsrgraph.children import Child, ChildDied, ChildFailed, Deadline, Pool
from bsrgraph.children.frames import DATA, END, HEADER, read_frame, write_frame

# What a child does for each request: the text is run as Python, as if a stranger had taken it over.
CHILD = """
import json, os, sys
from bsrgraph.children import sandbox
from bsrgraph.children.frames import DATA, END, FAILED, READY, read_frame, write_frame
exec(os.environ.get("CHILD_BEFORE", ""))
walls = sandbox.confine(int(sys.argv[1]))
write_frame(1, READY, json.dumps(walls).encode())
def data(text): write_frame(1, DATA, str(text).encode())
while frame := read_frame(0):
    try:
        exec(frame[1].decode())
        write_frame(1, END)
    except Exception as error:
        write_frame(1, FAILED, f"{type(error).__name__} {error}".encode())
"""
MEMORY = 400 * 2**20
linux = pytest.mark.skipif(platform.system() != "Linux", reason="the walls are Linux's")

Start = Callable[..., Child]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts children that do what they are told; ends them afterwards."""
    (tmp_path / "obedient_child.py").write_text(CHILD, encoding="utf-8")
    source = Path(sys.modules["bsrgraph"].__file__ or "").parents[1]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(source)]))
    started: list[Child] = []

    def begin(memory: int = MEMORY, before: str = "") -> Child:
        monkeypatch.setenv("CHILD_BEFORE", before)
        started.append(Child("obedient_child", [str(memory)]))
        return started[-1]

    yield begin
    for child in started:
        child.close()


@pytest.fixture
def child(start: Start) -> Child:
    """A child that is ready."""
    found = start()
    found.wait_ready(30)
    return found


def after(seconds: float) -> Callable[[], float]:
    """A deadline so many seconds from now."""
    end = time.monotonic() + seconds
    return lambda: end


def told(child: Child, program: str, seconds: float = 30) -> str:
    """What a child answers to a program; fails if it does not finish it."""
    return b"".join(child.ask(program.encode(), after(seconds))).decode()


def happens(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether the condition comes true in time; looked at often, so that a busy machine only makes it later."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def is_gone(pid: int) -> bool:
    """Whether no process, not even a zombie, has this number."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "X"


def has_ended(pid: int) -> bool:
    """Whether it does not run; whoever has inherited it may take its time to notice."""
    if is_gone(pid):
        return True
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"
    return True


def descriptors() -> int:
    """How many files, pipes and sockets this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


# -- frames -----------------------------------------------------------------


def test_frames_arrive_as_they_were_sent_and_half_a_frame_is_an_end() -> None:
    reading, writing = os.pipe()
    try:
        sent = [(DATA, b""), (DATA, b"x" * 30_000), (END, b"\0\n")]
        for kind, payload in sent:
            write_frame(writing, kind, payload)
        assert [read_frame(reading) for _ in sent] == sent
        os.write(writing, HEADER.pack(DATA, 10) + b"half")
        os.close(writing)
        writing = -1
        assert read_frame(reading) is None
    finally:
        os.close(reading)
        if writing >= 0:
            os.close(writing)


# -- walls ------------------------------------------------------------------


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A listening socket that no child may reach."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


CONNECT = "import socket; data(socket.create_connection(('127.0.0.1', {port}), timeout=5))"


@linux
def test_a_child_says_which_walls_stand_and_the_network_is_behind_at_least_one(start: Start) -> None:
    walls = start().wait_ready(30).decode()
    assert "memory" in walls
    assert "seccomp" in walls or "namespace" in walls


@linux
@pytest.mark.parametrize(
    "program", ["socket.socket()", "socket.socket(socket.AF_INET6)", "socket.socket(socket.AF_UNIX)"]
)
def test_a_child_makes_no_socket(child: Child, program: str) -> None:
    with pytest.raises(ChildFailed, match="PermissionError"):
        told(child, f"import socket; {program}")


@linux
@pytest.mark.parametrize(
    "program",
    [
        "os.execv('/bin/true', ['true'])",
        "import subprocess; subprocess.run(['/bin/true'], check=True)",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.kill(os.getppid(), 0)",
    ],
)
def test_a_child_starts_no_program_and_signals_nobody(child: Child, program: str) -> None:
    with pytest.raises((ChildFailed, ChildDied), match="PermissionError"):
        told(child, program)


@linux
@pytest.mark.parametrize("number", [425, 101], ids=["io_uring_setup", "ptrace"])
@pytest.mark.skipif(platform.machine() != "x86_64", reason="system calls by their numbers there")
def test_a_child_is_refused_the_ways_around(child: Child, number: int) -> None:
    program = (
        f"import ctypes; l = ctypes.CDLL(None, use_errno=True); l.syscall({number}, 1, 0); data(ctypes.get_errno())"
    )
    assert told(child, program) == "1"  # EPERM


@linux
def test_the_filter_alone_closes_the_network(start: Start, listener: socket.socket) -> None:
    child = start(before="sandbox._CLONE_NEWNET = sandbox._CLONE_NEWUSER = 0")
    if "seccomp" not in child.wait_ready(30).decode():
        pytest.skip("this kernel has no filter for ordinary processes")
    with pytest.raises(ChildFailed, match="PermissionError"):
        told(child, CONNECT.format(port=listener.getsockname()[1]))
    with pytest.raises(BlockingIOError):
        listener.accept()


@linux
def test_the_namespace_alone_closes_the_network(start: Start, listener: socket.socket) -> None:
    child = start(before="def no(libc): raise OSError\nsandbox._filter_system_calls = no")
    if "namespace" not in child.wait_ready(30).decode():
        pytest.skip("this kernel gives ordinary processes no namespace")
    assert told(child, "data(os.readlink('/proc/self/ns/net'))") != str(Path("/proc/self/ns/net").readlink())
    with pytest.raises(ChildFailed, match="OSError"):
        told(child, CONNECT.format(port=listener.getsockname()[1]))
    with pytest.raises(BlockingIOError):
        listener.accept()


@linux
def test_memory_ends_at_its_limit_and_with_it_only_the_child(child: Child) -> None:
    with pytest.raises(ChildFailed, match="MemoryError"):
        told(child, f"x = bytearray({2 * MEMORY})")
    assert told(child, "data('still here')") == "still here"


@linux
def test_a_child_ends_with_the_process_that_started_it(start: Start) -> None:
    program = (
        "import sys, time; from bsrgraph.children import Child; c = Child('obedient_child', ['0']);"
        "c.wait_ready(30); print(c.pid, flush=True); time.sleep(60)"
    )
    start().close()  # sets the environment
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    try:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert not is_gone(pid)
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()
    assert happens(lambda: has_ended(pid))


@linux
def test_a_parent_with_the_number_1_as_in_a_container_has_children(start: Start) -> None:
    start().close()
    unshare = shutil.which("unshare")
    ours = [unshare or "", "--pid", "--fork", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
    if unshare is None or subprocess.run([*ours, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no process namespaces here")
    program = (
        "import os; from bsrgraph.children import Child; c = Child('obedient_child', ['0']);"
        "print(os.getpid(), c.wait_ready(30)); c.close()"
    )
    done = subprocess.run(
        [*ours, sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.startswith("1 "), done.stderr
    assert "memory" not in done.stdout  # the child answered, with no memory limit as it was told


# -- one child --------------------------------------------------------------


def test_an_answer_comes_in_parts_and_the_child_is_good_for_the_next(child: Child) -> None:
    assert told(child, "[data(i) for i in range(5)]") == "01234"
    assert told(child, "data('x' * 1_000_000)") == "x" * 1_000_000
    assert child.jobs == 2
    assert child.alive


def test_a_child_that_says_why_it_cannot_lives_on(child: Child) -> None:
    with pytest.raises(ChildFailed, match="ValueError no such thing") as failed:
        told(child, "raise ValueError('no such thing')")
    assert failed.value.payload == b"ValueError no such thing"
    assert told(child, "data(1)") == "1"


def test_the_deadline_ends_a_child_that_says_nothing(child: Child) -> None:
    with pytest.raises(Deadline):
        told(child, "while True: pass", seconds=0.3)
    assert not child.alive
    assert is_gone(child.pid)


def test_the_deadline_covers_what_is_sent_after_the_first_part(child: Child) -> None:
    parts = child.ask(b"import time\nwhile True: data('x'); time.sleep(0.01)", after(0.5))
    assert next(parts) == b"x"
    with pytest.raises(Deadline):
        list(parts)
    assert not child.alive


def test_a_deadline_may_be_put_off_while_the_child_works(child: Child) -> None:
    ends = iter([time.monotonic() + 0.2])
    later = time.monotonic() + 30
    assert (
        b"".join(child.ask(b"import time; time.sleep(0.5); data('in time')", lambda: next(ends, later))) == b"in time"
    )


def test_an_answer_that_nobody_reads_to_its_end_ends_the_child(child: Child) -> None:
    parts = child.ask(b"data(1); data(2)", after(30))
    next(parts)
    parts.close()  # type: ignore[attr-defined]
    assert is_gone(child.pid)


def test_a_child_that_dies_leaves_its_last_words(child: Child) -> None:
    with pytest.raises(ChildDied, match="exit 3: not my day") as died:
        told(child, "os.write(2, b'not my day\\n'); os._exit(3)")
    assert not died.value.asked
    with pytest.raises(ChildDied):
        told(child, "data(1)")


def test_a_child_that_says_very_much_before_it_dies_hangs_nobody(child: Child) -> None:
    with pytest.raises((ChildDied, Deadline)):
        told(child, "os.write(2, b'x' * 10_000_000); os._exit(3)", seconds=3)
    assert is_gone(child.pid)


def test_stopping_from_another_thread_is_told_apart_from_dying(child: Child) -> None:
    timer = threading.Timer(0.3, child.stop)
    timer.start()
    with pytest.raises(ChildDied) as died:
        told(child, "while True: pass")
    timer.join()
    assert died.value.asked
    child.stop()  # a second time does no harm


def test_a_stopped_child_is_never_taken_for_alive(child: Child) -> None:
    child.stop()
    assert not child.alive  # even if the signal has not arrived yet


def test_a_child_stops_when_nobody_waits_any_more(child: Child) -> None:
    began = time.monotonic()
    with pytest.raises(ChildDied) as died:
        list(child.ask(b"while True: pass", after(30), gone=lambda: time.monotonic() > began + 0.3))
    assert died.value.asked


def test_a_long_job_lets_all_quicker_ones_go_first(child: Child) -> None:
    nice = "data(os.nice(0))"
    before = int(told(child, nice))
    after_a_while = int(told(child, f"import time; time.sleep(1); {nice}"))
    assert after_a_while > before
    assert child.demoted


# -- the pool ---------------------------------------------------------------


@pytest.fixture
def pool(start: Start) -> Iterator[Pool]:
    """Two places, whole."""
    made = Pool(start, 2)
    assert happens(lambda: is_whole(made, 2))
    yield made
    made.close()


def is_whole(pool: Pool, size: int) -> bool:
    """Whether nobody works and every place and the spare have a child."""
    return pool.counts["idle"] == size + 1 and not pool.counts["busy"]


def test_places_are_bounded_and_the_reserve_is_left_to_others(pool: Pool) -> None:
    with pool.lease(5) as one:
        assert one is not None
        with pool.lease(0.05, reserve=1) as ordinary:
            assert ordinary is None
        assert pool.has_room
        with pool.lease(5) as two:
            assert two is not None
            assert two is not one
            assert not pool.has_room
            with pool.lease(0.05) as three:
                assert three is None


def test_the_last_warm_child_is_left_to_others_while_the_rest_still_starts(start: Start) -> None:
    begun: list[Child] = []

    def only_one() -> Child:
        if begun:
            raise OSError("no more of them yet")
        begun.append(start())
        return begun[0]

    pool = Pool(only_one, 2)
    try:
        assert happens(lambda: pool.counts["idle"] == 1)
        with pool.lease(0.05, reserve=1) as ordinary:
            assert ordinary is None
        with pool.lease(5) as cheap:
            assert cheap is begun[0]
    finally:
        pool.close()


def test_a_child_comes_back_and_a_dead_one_does_not(pool: Pool) -> None:
    with pool.lease(5) as child:
        assert child is not None
        first = child.pid
        with contextlib.suppress(ChildDied):
            told(child, "os._exit(1)")
    assert happens(lambda: is_whole(pool, 2))
    seen = set()
    for _ in range(4):
        with pool.lease(5) as child:
            assert child is not None
            seen.add(child.pid)
            assert told(child, "data(1)") == "1"
    assert first not in seen
    assert pool.counts["killed"] == 1


def test_a_child_that_had_a_long_job_is_replaced_by_one_of_full_speed(pool: Pool) -> None:
    with pool.lease(5) as child:
        assert child is not None
        told(child, "import time; time.sleep(1)")
    assert happens(lambda: is_whole(pool, 2) and not child.alive)
    assert pool.counts["killed"] == 0


def test_a_child_that_dies_at_rest_is_not_handed_out(pool: Pool) -> None:
    for child in list(pool._idle):
        os.kill(child.pid, signal.SIGKILL)
    assert happens(lambda: all(not c.alive for c in list(pool._idle)))
    with pool.lease(20) as child:
        assert child is not None
        assert told(child, "data(1)") == "1"


def test_a_child_is_replaced_after_so_many_jobs(start: Start) -> None:
    pool = Pool(start, 1, jobs_each=2)
    try:
        pids = []
        for _ in range(6):
            with pool.lease(20) as child:
                assert child is not None
                told(child, "data(1)")
                pids.append(child.pid)
        assert len(set(pids)) >= 3
        assert pool.counts["killed"] == 0
    finally:
        pool.close()


def test_who_waits_gets_the_next_free_place(pool: Pool) -> None:
    with pool.lease(5), pool.lease(5) as taken:
        assert taken is not None
        got: list[object] = []

        def wait() -> None:
            with pool.lease(20) as child:
                got.append(child)

        waiting = threading.Thread(target=wait)
        waiting.start()
        time.sleep(0.1)
        assert not got
    waiting.join(20)
    assert got
    assert got[0] is not None


def test_a_start_that_fails_is_tried_again_and_leaves_nothing(start: Start) -> None:
    turns = iter(range(100))

    def sometimes() -> Child:
        turn = next(turns)
        if turn == 0:
            raise OSError("no more processes")
        return start(before="os._exit(1)" if turn == 1 else "")

    before = descriptors()
    pool = Pool(sometimes, 1)
    try:
        assert happens(lambda: is_whole(pool, 1))
    finally:
        pool.close()
    assert descriptors() <= before


@linux
def test_a_hundred_kills_leave_no_zombie_and_no_descriptor(start: Start) -> None:
    pool = Pool(start, 2)
    pids = set()
    try:
        assert happens(lambda: is_whole(pool, 2))
        before = descriptors()
        for turn in range(100):
            with pool.lease(30) as child:
                assert child is not None
                pids.add(child.pid)
                if turn % 3 == 0:
                    child.stop()
                elif turn % 3 == 1:
                    with contextlib.suppress(ChildDied):
                        told(child, "os._exit(1)")
                else:
                    with contextlib.suppress(Deadline):
                        told(child, "while True: pass", seconds=0.001)
        assert happens(lambda: is_whole(pool, 2))
        assert len(pids) == 100
        assert happens(lambda: all(is_gone(pid) for pid in pids))
        assert descriptors() <= before + 1
        assert pool.counts["killed"] == 100
    finally:
        pool.close()


def test_a_closed_pool_has_no_children_and_gives_none(start: Start) -> None:
    pool = Pool(start, 2)
    assert happens(lambda: is_whole(pool, 2))
    pids = [child.pid for child in pool._idle]
    pool.close()
    assert all(is_gone(pid) for pid in pids)
    with pool.lease(1) as child:
        assert child is None
